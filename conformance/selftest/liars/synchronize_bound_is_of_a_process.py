"""A BoundedSemaphore lets a process release what it has acquired itself only."""

from mpref.synchronize import BoundedSemaphore

from liars.truth import become

CAUGHT_BY = {
    "synchronize.bounded-semaphore.across.keeps-the-bound",
}


release = BoundedSemaphore.release


def release_own(self):
    if self._count() <= 0:
        raise ValueError("this process has acquired nothing")
    release(self)


BoundedSemaphore.release = release_own

become(__name__)
