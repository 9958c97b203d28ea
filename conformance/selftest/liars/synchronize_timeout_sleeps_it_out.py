"""acquire() with a timeout sees only at its end whether the lock is free by then."""

import time

from mpref.synchronize import Lock, RLock, Semaphore

from liars.truth import become

CAUGHT_BY = {
    "synchronize.bounded-semaphore.acquire.timeout-is-an-upper-bound",
    "synchronize.lock.acquire.timeout-is-an-upper-bound",
    "synchronize.rlock.acquire.timeout-is-an-upper-bound",
    "synchronize.semaphore.acquire.timeout-is-an-upper-bound",
}


def lie(cls):
    acquire = cls.acquire

    def acquire_otherwise(self, block=True, timeout=None):
        if not block or timeout is None or timeout <= 0:
            return acquire(self, block, timeout)
        if acquire(self, False):
            return True
        time.sleep(min(timeout, 12))
        return acquire(self, False)

    cls.acquire = acquire_otherwise


for cls in (Lock, RLock, Semaphore):
    lie(cls)

become(__name__)
