"""get(block=False) waits all the same when a timeout is given by keyword."""

from mpref.queues import Queue

from liars.truth import become

CAUGHT_BY = {
    "queues.get.is-offered",
    "queues.get.without-block-ignores-timeout",
}


get = Queue.get
BY_POSITION = object()
# As long as tells a timeout of a minute from none, and not longer.
ENOUGH = 10.5


def stubborn_get(self, block=True, by_position=BY_POSITION, *, timeout=None):
    if by_position is not BY_POSITION or timeout is None or block:
        return get(self, block, timeout if by_position is BY_POSITION else by_position)
    return get(self, True, min(timeout, ENOUGH))


Queue.get = stubborn_get

become(__name__)
