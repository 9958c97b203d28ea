"""get() without a timeout waits for a tenth of a second only."""

from mpref.queues import Queue

from liars.truth import become

CAUGHT_BY = {
    "queues.get.blocks-for-an-item",
    "queues.get.timed-returns-when-an-item-comes",
}


get = Queue.get


def brief_get(self, block=True, timeout=None):
    return get(self, block, 0.1 if timeout is None else timeout)


Queue.get = brief_get

become(__name__)
