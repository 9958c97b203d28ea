"""put() and get() take a timeout for milliseconds when it is given by keyword."""

from mpref.queues import Queue

from liars.truth import become

CAUGHT_BY = {
    "queues.get.is-offered",
    "queues.get.timeout-raises-empty",
    "queues.put.is-offered",
    "queues.put.timeout-raises-full",
}


get, put = Queue.get, Queue.put
BY_POSITION = object()


def other_get(self, block=True, by_position=BY_POSITION, *, timeout=None):
    if by_position is not BY_POSITION:
        return get(self, block, by_position)
    return get(self, block, timeout and timeout / 1000)


def other_put(self, obj, block=True, by_position=BY_POSITION, *, timeout=None):
    if by_position is not BY_POSITION:
        return put(self, obj, block, by_position)
    return put(self, obj, block, timeout and timeout / 1000)


Queue.get, Queue.put = other_get, other_put

become(__name__)
