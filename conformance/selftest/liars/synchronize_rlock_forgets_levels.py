"""The first release() of an RLock frees it, however often it was acquired."""

from mpref.synchronize import RLock

from liars.truth import become

CAUGHT_BY = {
    "sharedctypes.array.gets-a-lock-of-its-own",
    "sharedctypes.array.is-a-context-manager",
    "sharedctypes.array.refuses-wrong-locks",
    "sharedctypes.array.takes-the-given-lock",
    "sharedctypes.module-array.gets-a-lock-of-its-own",
    "sharedctypes.module-array.is-a-context-manager",
    "sharedctypes.module-array.refuses-wrong-locks",
    "sharedctypes.module-array.takes-the-given-lock",
    "sharedctypes.module-value.gets-a-lock-of-its-own",
    "sharedctypes.module-value.is-a-context-manager",
    "sharedctypes.module-value.refuses-wrong-locks",
    "sharedctypes.module-value.takes-the-given-lock",
    "sharedctypes.synchronized.has-methods-of-the-object",
    "sharedctypes.synchronized.is-not-pickled",
    "sharedctypes.synchronized.lacks-what-the-object-lacks",
    "sharedctypes.synchronized.makes-an-rlock",
    "sharedctypes.synchronized.refuses-others",
    "sharedctypes.synchronized.refuses-wrappers",
    "sharedctypes.synchronized.uses-the-given-lock",
    "sharedctypes.value.gets-a-lock-of-its-own",
    "sharedctypes.value.has-acquire-and-release",
    "sharedctypes.value.is-a-context-manager",
    "sharedctypes.value.lock-is-recursive",
    "sharedctypes.value.refuses-wrong-locks",
    "sharedctypes.value.takes-the-given-lock",
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
