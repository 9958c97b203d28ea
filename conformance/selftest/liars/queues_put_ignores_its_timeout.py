"""put() with a timeout does not wait at all."""

from mpref.queues import Queue

from liars.truth import become

CAUGHT_BY = {
    "queues.put.blocks-for-room",
    "queues.put.timed-returns-when-there-is-room",
    "queues.put.timeout-raises-full",
    "queues.put.timeout-raises-full-in-a-child",
}


put = Queue.put


def impatient_put(self, obj, block=True, timeout=None):
    put(self, obj, block and timeout is None)


Queue.put = impatient_put

become(__name__)
