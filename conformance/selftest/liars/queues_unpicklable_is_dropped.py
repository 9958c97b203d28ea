"""put() of an object that cannot be pickled does nothing, and says nothing."""

from mpref.queues import Queue

from liars.truth import become

CAUGHT_BY = {
    "queues.unpicklable.is-told",
}


put = Queue.put


def silent_put(self, obj, block=True, timeout=None):
    try:
        put(self, obj, block, timeout)
    except OverflowError:
        pass


Queue.put = silent_put

become(__name__)
