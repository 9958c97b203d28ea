"""put_nowait() on a full queue drops the item and says nothing."""

import queue

from mpref.queues import Queue

from liars.truth import become

CAUGHT_BY = {
    "queues.joinable.first-in-first-out",
    "queues.joinable.maxsize-limits",
    "queues.put-nowait.raises-full",
    "queues.put.nothing-added-when-full",
    "queues.queue.first-in-first-out",
    "queues.queue.is-full-for-all",
    "queues.queue.maxsize-limits",
    "queues.unpicklable.others-come",
}


put_nowait = Queue.put_nowait


def careless_put_nowait(self, obj):
    try:
        put_nowait(self, obj)
    except queue.Full:
        pass


Queue.put_nowait = careless_put_nowait

become(__name__)
