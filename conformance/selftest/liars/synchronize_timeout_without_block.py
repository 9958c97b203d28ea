"""acquire() waits for the timeout without block, too."""

from mpref.synchronize import Lock, RLock, Semaphore

from liars.truth import become

CAUGHT_BY = {
    "synchronize.bounded-semaphore.acquire.without-block-ignores-timeout",
    "synchronize.lock.acquire.without-block-ignores-timeout",
    "synchronize.rlock.acquire.without-block-ignores-timeout",
    "synchronize.semaphore.acquire.without-block-ignores-timeout",
}


def lie(cls):
    acquire = cls.acquire

    def acquire_otherwise(self, block=True, timeout=None):
        if timeout is not None and timeout > 0:
            return acquire(self, True, timeout)
        return acquire(self, block, timeout)

    cls.acquire = acquire_otherwise


for cls in (Lock, RLock, Semaphore):
    lie(cls)

become(__name__)
