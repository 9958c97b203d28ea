"""put() without a timeout waits for a tenth of a second only."""

from mpref.queues import Queue

from liars.truth import become

CAUGHT_BY = {
    "queues.put.blocks-for-room",
    "queues.put.timed-returns-when-there-is-room",
}


put = Queue.put


def brief_put(self, obj, block=True, timeout=None):
    put(self, obj, block, 0.1 if timeout is None else timeout)


Queue.put = brief_put

become(__name__)
