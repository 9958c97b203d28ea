"""A negative timeout of acquire() is none at all, as with threading.Lock."""

from mpref.synchronize import Lock, RLock, Semaphore

from liars.truth import become, is_asked_by

CAUGHT_BY = {
    "synchronize.bounded-semaphore.acquire.negative-timeout-is-zero",
    "synchronize.lock.acquire.negative-timeout-is-zero",
    "synchronize.lock.across.any-process-releases",
    "synchronize.lock.across.blocks-until-release",
    "synchronize.lock.across.child-excludes-creator",
    "synchronize.lock.across.negative-timeout-is-zero",
    "synchronize.lock.across.outlasts-its-holder",
    "synchronize.lock.across.refuses-others",
    "synchronize.lock.across.unlocked-release-raises",
    "synchronize.lock.across.with-in-a-child",
    "synchronize.rlock.acquire.negative-timeout-is-zero",
    "synchronize.rlock.across.blocks-until-last-release",
    "synchronize.rlock.across.child-becomes-owner",
    "synchronize.rlock.across.others-release-raises",
    "synchronize.rlock.across.ownership-changes",
    "synchronize.rlock.across.refuses-others",
    "synchronize.rlock.across.unlocked-release-raises",
    "synchronize.semaphore.acquire.negative-timeout-is-zero",
}


def lie(cls):
    acquire = cls.acquire

    def acquire_otherwise(self, block=True, timeout=None):
        if timeout is not None and timeout < 0 and is_asked_by("mpprobe.probes.synchronize"):
            timeout = None
        return acquire(self, block, timeout)

    cls.acquire = acquire_otherwise


for cls in (Lock, RLock, Semaphore):
    lie(cls)

become(__name__)
