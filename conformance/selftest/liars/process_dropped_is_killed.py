"""A process ends when nothing refers to its object any more."""

import weakref

from mpref.process import BaseProcess, _Family

from liars.truth import become

CAUGHT_BY = {
    "misc.parent-process.is-alive-while-it-lives",
    "misc.parent-process.joins-a-killed-parent",
    "process.daemon.not-joined-at-exit",
    "process.daemon.stubborn-ends-clean",
    "process.daemon.terminated-at-exit",
    "process.daemon.terminated-by-sigterm",
    "process.dropped.runs-on",
    "process.exit.joins-other-children",
    "process.sentinel.ready-though-a-descendant-lives",
    "process.terminate.spares-descendants",
}


begin = _Family.__init__


def begin_forgetful(self):
    begin(self)
    self.children = weakref.WeakSet()


def kill(self):
    handle = getattr(self, "_mp_handle", None)
    if handle is not None:
        handle.send_signal(9)


_Family.__init__ = begin_forgetful
BaseProcess.__del__ = kill

become(__name__)
