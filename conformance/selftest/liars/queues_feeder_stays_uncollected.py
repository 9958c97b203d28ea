"""A queue is kept for ever once something was put into it."""

from mpref.queues import Queue

from liars.truth import become

CAUGHT_BY = {
    "queues.close.on-collection",
    "queues.close.on-collection-frees-descriptors",
}


put = Queue.put
KEPT = []


def keeping_put(self, obj, block=True, timeout=None):
    put(self, obj, block, timeout)
    KEPT.append(self)


Queue.put = keeping_put

become(__name__)
