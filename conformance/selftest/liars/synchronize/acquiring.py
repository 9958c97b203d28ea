"""Lies about acquire() and `with`, told by every kind of lock."""

import signal
import threading
import time

from mpref.synchronize import Lock, RLock, Semaphore

from liars.lies import lie
from liars.truth import is_asked_by


@lie(
    (Lock, RLock, Semaphore),
    "acquire",
    caught_by=[
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
    ],
)
def acquire_calls_its_argument_blocking(original, self, blocking=True, timeout=None):
    """The first parameter of acquire() is called blocking, not block."""
    return original(self, blocking, timeout)


@lie(
    (Lock, RLock, Semaphore),
    "acquire",
    caught_by=[
        "synchronize.interrupt.acquire-takes-nothing",
        "synchronize.interrupt.bounded-semaphore-acquire-raises-still",
        "synchronize.interrupt.child-ends-clean",
        "synchronize.interrupt.child-raises-still",
        "synchronize.interrupt.condition-acquire-raises-still",
        "synchronize.interrupt.condition-wait-raises-still",
        "synchronize.interrupt.ends-clean",
        "synchronize.interrupt.lock-acquire-raises-still",
        "synchronize.interrupt.rlock-acquire-raises-still",
        "synchronize.interrupt.semaphore-acquire-raises-still",
        "synchronize.interrupt.wait-holds-the-lock",
    ],
)
def acquire_blocks_interrupts(original, self, block=True, timeout=None):
    """SIGINT is blocked while acquire() waits."""
    if threading.current_thread() is not threading.main_thread():
        return original(self, block, timeout)
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        return original(self, block, timeout)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@lie(
    (Lock, RLock, Semaphore),
    "acquire",
    caught_by=[
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
    ],
)
def negative_timeout_waits_for_ever(original, self, block=True, timeout=None):
    """acquire() with a negative timeout waits for ever, as threading.Lock does."""
    if timeout is not None and timeout < 0 and is_asked_by("mpprobe.probes.synchronize"):
        timeout = None
    return original(self, block, timeout)


@lie(
    (Lock, RLock, Semaphore),
    "acquire",
    caught_by=[
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
    ],
)
def acquire_rounds_down_to_seconds(original, self, block=True, timeout=None):
    """acquire() rounds its timeout down to whole seconds."""
    return original(self, block, None if timeout is None else int(timeout))


@lie(
    (Lock, RLock, Semaphore),
    "acquire",
    caught_by=[
        "synchronize.bounded-semaphore.acquire.timeout-is-an-upper-bound",
        "synchronize.lock.acquire.timeout-is-an-upper-bound",
        "synchronize.rlock.acquire.timeout-is-an-upper-bound",
        "synchronize.semaphore.acquire.timeout-is-an-upper-bound",
    ],
)
def timed_acquire_notices_no_release(original, self, block=True, timeout=None):
    """acquire(timeout) does not notice a release before its timeout is over."""
    if not block or timeout is None or timeout <= 0:
        return original(self, block, timeout)
    if original(self, False):
        return True
    time.sleep(min(timeout, 12))
    return original(self, False)


@lie(
    (Lock, RLock, Semaphore),
    "acquire",
    caught_by=[
        "synchronize.bounded-semaphore.acquire.without-block-ignores-timeout",
        "synchronize.lock.acquire.without-block-ignores-timeout",
        "synchronize.rlock.acquire.without-block-ignores-timeout",
        "synchronize.semaphore.acquire.without-block-ignores-timeout",
    ],
)
def nonblocking_acquire_waits(original, self, block=True, timeout=None):
    """acquire(block=False) waits when a timeout is given."""
    if timeout is not None and timeout > 0:
        return original(self, True, timeout)
    return original(self, block, timeout)


@lie(
    (Lock, RLock, Semaphore),
    "__exit__",
    caught_by=[
        "pool.initializer.hands-on-shared-objects",
        "pool.workers.shared-ends-clean",
        "sharedctypes.array.by-length",
        "sharedctypes.array.elements-change",
        "sharedctypes.array.is-a-context-manager",
        "sharedctypes.array.lock-by-keyword-only",
        "sharedctypes.array.of-a-sequence",
        "sharedctypes.array.refused-assignment-changes-nothing",
        "sharedctypes.array.refuses-indexes-beyond",
        "sharedctypes.array.refuses-misfits",
        "sharedctypes.array.refuses-odd-lengths",
        "sharedctypes.array.refuses-other-lengths",
        "sharedctypes.array.slices-change",
        "sharedctypes.array.takes-a-type",
        "sharedctypes.array.without-lock-is-bare",
        "sharedctypes.array.wraps-a-ctypes-array",
        "sharedctypes.child.changes-a-string",
        "sharedctypes.child.changes-a-value",
        "sharedctypes.child.changes-an-unlocked-value",
        "sharedctypes.child.changes-raw-objects",
        "sharedctypes.child.changes-structures",
        "sharedctypes.child.ends-clean",
        "sharedctypes.child.finds-what-the-parent-set",
        "sharedctypes.child.sees-changes-of-the-parent",
        "sharedctypes.module-array.by-length",
        "sharedctypes.module-array.elements-change",
        "sharedctypes.module-array.is-a-context-manager",
        "sharedctypes.module-array.lock-by-keyword-only",
        "sharedctypes.module-array.of-a-sequence",
        "sharedctypes.module-array.refuses-indexes-beyond",
        "sharedctypes.module-array.refuses-misfits",
        "sharedctypes.module-array.refuses-other-lengths",
        "sharedctypes.module-array.slices-change",
        "sharedctypes.module-array.takes-a-type",
        "sharedctypes.module-array.without-lock-is-bare",
        "sharedctypes.module-array.wraps-a-ctypes-array",
        "sharedctypes.module-value.is-a-context-manager",
        "sharedctypes.string.of-the-module",
        "sharedctypes.string.too-long-raises",
        "sharedctypes.string.value-and-raw",
        "sharedctypes.synchronized.ends-clean",
        "sharedctypes.synchronized.has-methods-of-the-object",
        "sharedctypes.synchronized.is-not-pickled",
        "sharedctypes.synchronized.lacks-what-the-object-lacks",
        "sharedctypes.synchronized.makes-an-rlock",
        "sharedctypes.synchronized.refuses-others",
        "sharedctypes.synchronized.refuses-wrappers",
        "sharedctypes.synchronized.uses-the-given-lock",
        "sharedctypes.synchronized.works-on-the-object",
        "sharedctypes.value.is-a-context-manager",
        "sharedctypes.value.refused-assignment-changes-nothing",
        "synchronize.bounded-semaphore.with.releases-after-an-exception",
        "synchronize.lock.across.with-in-a-child",
        "synchronize.lock.with.releases-after-an-exception",
        "synchronize.rlock.with.releases-after-an-exception",
        "synchronize.semaphore.with.releases-after-an-exception",
    ],
)
def with_suppresses_exceptions(self, *_):
    """The `with` block of a lock suppresses exceptions."""
    self.release()
    return True
