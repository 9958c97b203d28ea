"""Lies about release(), ownership and bounds of locks and semaphores."""

import os
import threading

import mpref
from mpref._sync.locks import Shareable
from mpref.context import BaseContext
from mpref.synchronize import BoundedSemaphore, Lock, RLock

from liars.lies import lie


@lie(
    BoundedSemaphore,
    "release",
    caught_by=[
        "queues.empty.is-empty-for-all",
        "queues.queue.keeps-the-order-of-a-process",
        "queues.queue.many-producers-and-consumers",
        "queues.simple.keeps-the-order-of-a-process",
        "queues.simple.many-producers-and-consumers",
        "synchronize.bounded-semaphore.across.keeps-the-bound",
    ],
)
def bounded_semaphore_counts_each_process(original, self):
    """A process can release a BoundedSemaphore only as often as it has acquired it itself."""
    if self._count() <= 0:
        raise ValueError("this process has acquired nothing")
    original(self)


@lie(
    caught_by=[
        "synchronize.bounded-semaphore.across.keeps-the-bound",
        "synchronize.bounded-semaphore.release.keeps-the-bound",
        "synchronize.bounded-semaphore.release.refusal-changes-nothing",
        "synchronize.bounded-semaphore.value.zero-bounds-at-zero",
    ],
)
def bounded_semaphore_has_no_bound():
    """A BoundedSemaphore has no bound."""
    BaseContext.BoundedSemaphore = BaseContext.Semaphore
    mpref.BoundedSemaphore = mpref.Semaphore


@lie(
    caught_by=[
        "synchronize.lock.release.by-another-thread",
        "synchronize.lock.release.unlocked-raises",
    ],
)
def lock_has_an_owner():
    """Only the thread that has acquired a Lock may release it."""
    acquire, release = Lock.acquire, Lock.release
    held = {}

    def me():
        return os.getpid(), threading.get_ident()

    def acquire_as_owner(self, block=True, timeout=None):
        taken = acquire(self, block, timeout)
        if taken:
            held[id(self)] = me()
        return taken

    def release_as_owner(self):
        if self._get_value() == 0 and held.get(id(self)) != me():
            raise RuntimeError("this lock is another's")
        release(self)

    Lock.acquire, Lock.release = acquire_as_owner, release_as_owner
    Lock.__enter__ = acquire_as_owner
    Lock.__exit__ = lambda self, *_: release_as_owner(self)


@lie(
    Lock,
    "release",
    caught_by=[
        "synchronize.condition.release.unheld-raises",
        "synchronize.lock.across.unlocked-release-raises",
        "synchronize.lock.release.unlocked-raises",
    ],
)
def extra_lock_release_does_nothing(original, self):
    """release() of an unlocked Lock does nothing, and does not raise."""
    if self._is_zero():
        original(self)


@lie(
    Lock,
    "release",
    caught_by=[
        "synchronize.lock.across.unlocked-release-raises",
        "synchronize.lock.release.unlocked-raises",
    ],
)
def extra_lock_release_raises_runtime_error(original, self):
    """release() of an unlocked Lock raises RuntimeError, not ValueError."""
    try:
        original(self)
    except ValueError as error:
        raise RuntimeError("release unlocked lock") from error


@lie(
    (Lock, RLock),
    "locked",
    caught_by=[
        "synchronize.lock.locked.tells-the-state",
        "synchronize.rlock.locked.tells-the-state",
    ],
)
def locked_means_held_by_the_caller(self):
    """locked() returns whether the caller holds the lock."""
    return self._is_mine()


@lie(
    Shareable,
    "_check_handing_over",
    caught_by=[
        "contexts.compatibility.fork-lock-does-not-reach-forkserver",
        "contexts.compatibility.fork-lock-does-not-reach-spawn",
        "contexts.compatibility.fork-lock-is-refused-by-forkserver",
        "contexts.compatibility.fork-lock-is-refused-by-spawn",
        "synchronize.sharing.pickling-is-refused",
    ],
)
def locks_can_be_pickled_anywhere(self):
    """Locks can be pickled also when no child is being started."""


@lie(
    RLock,
    "acquire",
    caught_by=[
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
    ],
)
def nonblocking_rlock_is_not_recursive(original, self, block=True, timeout=None):
    """acquire(block=False) of an RLock fails when the caller holds it."""
    if not block and self._is_mine():
        return False
    return original(self, block, timeout)


@lie(
    RLock,
    "release",
    caught_by=[
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
    ],
)
def rlock_release_frees_all_levels(original, self):
    """The first release() of an RLock frees it, however often it was acquired."""
    original(self)
    while self._is_mine():
        original(self)


@lie(
    RLock,
    "release",
    caught_by=[
        "synchronize.rlock.acquire.refusal-changes-nothing",
        "synchronize.rlock.across.others-release-raises",
        "synchronize.rlock.across.unlocked-release-raises",
        "synchronize.rlock.release.by-another-thread-raises",
        "synchronize.rlock.release.unlocked-raises",
    ],
)
def wrong_rlock_release_raises_runtime_error(original, self):
    """release() of an RLock that the caller does not hold raises RuntimeError."""
    try:
        original(self)
    except AssertionError as error:
        raise RuntimeError("cannot release un-acquired lock") from error


@lie(
    caught_by=[
        "synchronize.bounded-semaphore.across.keeps-the-bound",
        "synchronize.semaphore.across.child-releases",
        "synchronize.semaphore.across.signals",
        "synchronize.semaphore.get-value.follows",
        "synchronize.semaphore.get-value.is-shared",
        "synchronize.semaphore.get-value.of-bounded",
        "synchronize.semaphore.release.goes-beyond-the-initial-value",
    ],
)
def semaphore_is_bounded():
    """A Semaphore can't be released beyond its initial value."""
    BaseContext.Semaphore = BaseContext.BoundedSemaphore
    mpref.Semaphore = mpref.BoundedSemaphore
