"""join() takes its timeout for milliseconds when it is given by keyword."""

from mpref.process import BaseProcess

from liars.truth import become

CAUGHT_BY = {
    "process.join.is-offered",
    "process.join.timeout-bounds-the-wait",
}


join = BaseProcess.join
BY_POSITION = object()


def other_join(self, by_position=BY_POSITION, *, timeout=None):
    if by_position is not BY_POSITION:
        return join(self, by_position)
    return join(self, timeout and timeout / 1000)


BaseProcess.join = other_join

become(__name__)
