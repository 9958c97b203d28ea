"""The first release() of an RLock frees it, however often it was acquired."""

from mpref.synchronize import RLock

from liars.truth import become

CAUGHT_BY = {
    "synchronize.condition.acquire.passes-arguments-on",
    "synchronize.condition.across.lock-of-the-caller",
    "synchronize.condition.across.rlock-of-the-caller",
    "synchronize.condition.across.wait-releases-every-level",
    "synchronize.condition.lock.is-recursive-by-default",
    "synchronize.condition.lock.of-the-caller",
    "synchronize.condition.lock.of-two-conditions",
    "synchronize.condition.wait.releases-every-level",
    "synchronize.condition.with.acquires-and-releases",
    "synchronize.rlock.acquire.is-recursive",
    "synchronize.rlock.acquire.refusal-changes-nothing",
    "synchronize.rlock.across.blocks-until-last-release",
    "synchronize.rlock.across.child-becomes-owner",
    "synchronize.rlock.across.ownership-changes",
    "synchronize.rlock.across.unlocked-release-raises",
    "synchronize.rlock.locked.until-the-last-release",
    "synchronize.rlock.release.by-another-thread-raises",
    "synchronize.rlock.release.once-for-each-acquire",
    "synchronize.rlock.release.owner-keeps-it",
    "synchronize.rlock.release.returns-none",
    "synchronize.rlock.release.unlocked-raises",
}


release = RLock.release


def release_all(self):
    release(self)
    while self._is_mine():
        release(self)


RLock.release = release_all

become(__name__)
