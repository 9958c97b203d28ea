"""A process ends when nothing refers to its object any more."""

import weakref

from mpref.process import BaseProcess, _Family

from liars.truth import become

CAUGHT_BY = {
    "process.daemon.terminated-by-sigterm",
    "process.dropped.runs-on",
    "process.exit.joins-other-children",
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
