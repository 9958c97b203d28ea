"""Joining a process that was not started, or itself, does nothing."""

from mpref.process import BaseProcess

from liars.truth import become

CAUGHT_BY = {
    "process.join.itself-raises",
    "process.join.unstarted-raises",
}


join = BaseProcess.join


def lenient_join(self, timeout=None):
    try:
        join(self, timeout)
    except AssertionError:
        pass


BaseProcess.join = lenient_join

become(__name__)
