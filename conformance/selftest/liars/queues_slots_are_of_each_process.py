"""A child that was spawned has slots of its own."""

import mpref
from mpref.queues import Queue

from liars.truth import become

START_METHODS = ("spawn",)

CAUGHT_BY = {
    "queues.empty.is-empty-for-all",
    "queues.get.makes-room-for-others",
    "queues.killed.waiting-for-room",
    "queues.put.blocks-for-room",
    "queues.qsize.counts-across-processes",
    "queues.queue.is-full-for-all",
    "queues.queue.keeps-the-order-of-a-process",
    "queues.queue.many-producers-and-consumers",
    "queues.simple.keeps-the-order-of-a-process",
    "queues.simple.many-producers-and-consumers",
}


getstate = Queue.__getstate__


def generous_getstate(self):
    spawn = mpref.get_context("spawn")
    return (*getstate(self)[:-1], spawn.BoundedSemaphore(self._maxsize))


Queue.__getstate__ = generous_getstate

become(__name__)
