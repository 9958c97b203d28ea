"""acquire() rounds its timeout down to whole seconds."""

from mpref.synchronize import Lock, RLock, Semaphore

from liars.truth import become

CAUGHT_BY = {
    "queues.put.timeout-raises-full",
    "queues.put.timeout-raises-full-in-a-child",
    "synchronize.bounded-semaphore.acquire.odd-arguments-raise",
    "synchronize.bounded-semaphore.acquire.timeout-elapses",
    "synchronize.condition.acquire.passes-arguments-on",
    "synchronize.lock.acquire.is-not-recursive",
    "synchronize.lock.acquire.odd-arguments-raise",
    "synchronize.lock.acquire.timeout-elapses",
    "synchronize.lock.across.child-excludes-creator",
    "synchronize.lock.across.refuses-others",
    "synchronize.rlock.acquire.odd-arguments-raise",
    "synchronize.rlock.acquire.other-threads-wait",
    "synchronize.rlock.acquire.timeout-elapses",
    "synchronize.rlock.across.refuses-others",
    "synchronize.semaphore.acquire.odd-arguments-raise",
    "synchronize.semaphore.acquire.timeout-elapses",
    "synchronize.semaphore.across.counts-for-all",
    "synchronize.semaphore.across.signals",
}


def lie(cls):
    acquire = cls.acquire

    def acquire_otherwise(self, block=True, timeout=None):
        return acquire(self, block, None if timeout is None else int(timeout))

    cls.acquire = acquire_otherwise


for cls in (Lock, RLock, Semaphore):
    lie(cls)

become(__name__)
