"""The constructor's daemon argument has no effect."""

import functools

from mpref import process
from mpref.process import BaseProcess

from liars.truth import become

CAUGHT_BY = {
    "process.arguments.by-keyword",
    "process.authkey.random-in-main",
    "process.daemon.argument-sets-the-flag",
    "process.daemon.by-keyword-only",
    "process.daemon.exit-ends-clean",
    "process.daemon.is-inherited",
    "process.daemon.not-joined-at-exit",
    "process.daemon.terminated-at-exit",
    "process.daemon.terminated-by-sigterm",
    "process.exit.joins-other-children",
    "process.exit.main-ends-clean",
    "process.exit.main-joins-other-children",
    "process.exit.main-takes-daemons-along",
    "process.repr.shows-exitcode-and-daemon",
}


construct = BaseProcess.__init__


@functools.wraps(construct)
def construct_alike(self, *args, **kwargs):
    construct(self, *args, **kwargs)
    self._config["daemon"] = process._family.current.daemon


BaseProcess.__init__ = construct_alike

become(__name__)
