"""An RLock without block is refused to its owner as well."""

from mpref.synchronize import RLock

from liars.truth import become

CAUGHT_BY = {
    "sharedctypes.synchronized.makes-an-rlock",
    "sharedctypes.value.lock-is-recursive",
    "synchronize.condition.acquire.passes-arguments-on",
    "synchronize.condition.across.lock-of-the-caller",
    "synchronize.condition.across.rlock-of-the-caller",
    "synchronize.condition.lock.is-recursive-by-default",
    "synchronize.condition.lock.of-the-caller",
    "synchronize.condition.lock.of-two-conditions",
    "synchronize.condition.with.acquires-and-releases",
    "synchronize.rlock.acquire.is-recursive",
    "synchronize.rlock.across.child-becomes-owner",
    "synchronize.rlock.across.ownership-changes",
    "synchronize.rlock.across.unlocked-release-raises",
    "synchronize.rlock.release.once-for-each-acquire",
    "synchronize.rlock.release.owner-keeps-it",
    "synchronize.rlock.release.returns-none",
}


acquire = RLock.acquire


def acquire_once(self, block=True, timeout=None):
    if not block and self._is_mine():
        return False
    return acquire(self, block, timeout)


RLock.acquire = acquire_once

become(__name__)
