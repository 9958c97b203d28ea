"""A BoundedSemaphore lets a process release what it has acquired itself only."""

from mpref.synchronize import BoundedSemaphore

from liars.truth import become

CAUGHT_BY = {
    "queues.empty.is-empty-for-all",
    "queues.queue.keeps-the-order-of-a-process",
    "queues.queue.many-producers-and-consumers",
    "queues.simple.keeps-the-order-of-a-process",
    "queues.simple.many-producers-and-consumers",
    "synchronize.bounded-semaphore.across.keeps-the-bound",
}


release = BoundedSemaphore.release


def release_own(self):
    if self._count() <= 0:
        raise ValueError("this process has acquired nothing")
    release(self)


BoundedSemaphore.release = release_own

become(__name__)
