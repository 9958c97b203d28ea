"""The first argument of acquire() is called blocking."""

from mpref.synchronize import Lock, RLock, Semaphore

from liars.truth import become

CAUGHT_BY = {
    "synchronize.bounded-semaphore.acquire.first-argument-is-block",
    "synchronize.bounded-semaphore.acquire.is-offered",
    "synchronize.bounded-semaphore.acquire.odd-arguments-raise",
    "synchronize.bounded-semaphore.acquire.takes-a-free-one",
    "synchronize.bounded-semaphore.acquire.timeout-elapses",
    "synchronize.bounded-semaphore.acquire.without-block-ignores-timeout",
    "synchronize.bounded-semaphore.acquire.without-block-returns-false",
    "synchronize.bounded-semaphore.release.keeps-the-bound",
    "synchronize.bounded-semaphore.release.refusal-changes-nothing",
    "synchronize.bounded-semaphore.value.counts-acquires",
    "synchronize.bounded-semaphore.value.negative-is-refused",
    "synchronize.bounded-semaphore.value.one-by-default",
    "synchronize.bounded-semaphore.value.zero-bounds-at-zero",
    "synchronize.bounded-semaphore.with.acquires-and-releases",
    "synchronize.bounded-semaphore.with.releases-after-an-exception",
    "synchronize.condition.acquire.passes-arguments-on",
    "synchronize.lock.acquire.first-argument-is-block",
    "synchronize.lock.acquire.is-offered",
    "synchronize.lock.acquire.odd-arguments-raise",
    "synchronize.lock.acquire.takes-a-free-one",
    "synchronize.lock.acquire.timeout-elapses",
    "synchronize.lock.acquire.without-block-ignores-timeout",
    "synchronize.lock.acquire.without-block-returns-false",
    "synchronize.lock.across.refuses-others",
    "synchronize.lock.class.is-synchronize-lock",
    "synchronize.lock.class.takes-no-arguments",
    "synchronize.lock.with.acquires-and-releases",
    "synchronize.lock.with.releases-after-an-exception",
    "synchronize.rlock.acquire.first-argument-is-block",
    "synchronize.rlock.acquire.is-offered",
    "synchronize.rlock.acquire.odd-arguments-raise",
    "synchronize.rlock.acquire.takes-a-free-one",
    "synchronize.rlock.acquire.timeout-elapses",
    "synchronize.rlock.acquire.without-block-ignores-timeout",
    "synchronize.rlock.acquire.without-block-returns-false",
    "synchronize.rlock.class.is-synchronize-rlock",
    "synchronize.rlock.with.acquires-and-releases",
    "synchronize.rlock.with.nests",
    "synchronize.rlock.with.releases-after-an-exception",
    "synchronize.semaphore.acquire.first-argument-is-block",
    "synchronize.semaphore.acquire.is-offered",
    "synchronize.semaphore.acquire.odd-arguments-raise",
    "synchronize.semaphore.acquire.takes-a-free-one",
    "synchronize.semaphore.acquire.timeout-elapses",
    "synchronize.semaphore.acquire.without-block-ignores-timeout",
    "synchronize.semaphore.acquire.without-block-returns-false",
    "synchronize.semaphore.release.goes-beyond-the-initial-value",
    "synchronize.semaphore.value.counts-acquires",
    "synchronize.semaphore.value.negative-is-refused",
    "synchronize.semaphore.value.negative-raises-value-error",
    "synchronize.semaphore.value.one-by-default",
    "synchronize.semaphore.with.acquires-and-releases",
    "synchronize.semaphore.with.releases-after-an-exception",
}


def lie(cls):
    acquire = cls.acquire

    def acquire_blocking(self, blocking=True, timeout=None):
        return acquire(self, blocking, timeout)

    cls.acquire = acquire_blocking


for cls in (Lock, RLock, Semaphore):
    lie(cls)

become(__name__)
