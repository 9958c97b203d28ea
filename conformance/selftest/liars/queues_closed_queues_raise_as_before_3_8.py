"""Closed queues raise AssertionError in put() and OSError in get()."""

from mpref.queues import Queue

from liars.truth import become

CAUGHT_BY = {
    "queues.close.get-raises",
    "queues.close.put-raises",
    "queues.close.put-raises-in-a-child",
}


get, put = Queue.get, Queue.put


def old_get(self, block=True, timeout=None):
    if self._closed:
        raise OSError("closed")
    return get(self, block, timeout)


def old_put(self, obj, block=True, timeout=None):
    assert not self._closed
    put(self, obj, block, timeout)


Queue.get, Queue.put = old_get, old_put

become(__name__)
