"""Locks and semaphores between threads, with the methods that `multiprocessing` documents.

`threading` names the first parameter of acquire() otherwise, refuses negative timeouts, and raises
RuntimeError where the documentation has ValueError or AssertionError.
"""

from __future__ import annotations

import threading
import time
from types import TracebackType
from typing import Any

__all__ = ["BoundedSemaphore", "Condition", "Lock", "RLock", "Semaphore"]


class _Acquired:
    """What can be acquired and released has a with statement."""

    def acquire(self, block: bool = True, timeout: float | None = None) -> bool:
        raise NotImplementedError

    def release(self) -> None:
        raise NotImplementedError

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.release()


def _acquire(lock: Any, block: bool, timeout: float | None) -> bool:
    if not block:
        return bool(lock.acquire(False))
    if timeout is None:
        return bool(lock.acquire())
    return bool(lock.acquire(True, min(max(timeout, 0), threading.TIMEOUT_MAX)))


class Lock(_Acquired):
    """A lock that any thread may release, once acquired.

    Anchor: multiprocessing.Lock
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def acquire(self, block: bool = True, timeout: float | None = None) -> bool:
        """Acquire the lock, and say whether that was done.

        block: wait until it is free, at most `timeout` seconds; a negative timeout counts as zero,
        None is endless. Without block the timeout is ignored.

        Anchor: multiprocessing.Lock.acquire
        """
        return _acquire(self._lock, block, timeout)

    def release(self) -> None:
        """Release the lock. Raises ValueError when it is not held.

        Anchor: multiprocessing.Lock.release
        """
        try:
            self._lock.release()
        except RuntimeError:
            raise ValueError("the lock is released more often than it was acquired") from None

    def locked(self) -> bool:
        """Whether somebody holds the lock.

        Anchor: multiprocessing.Lock.locked
        """
        return self._lock.locked()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {'locked' if self.locked() else 'unlocked'}>"


class RLock(_Acquired):
    """A lock that its holder may acquire again, and has to release as often.

    Anchor: multiprocessing.RLock
    """

    def __init__(self) -> None:
        # With the methods that Condition needs, which type checkers know nothing of.
        self._lock: Any = threading.RLock()

    def acquire(self, block: bool = True, timeout: float | None = None) -> bool:
        """Acquire the lock, and say whether that was done; the parameters are those of Lock.

        Anchor: multiprocessing.RLock.acquire
        """
        return _acquire(self._lock, block, timeout)

    def release(self) -> None:
        """Release the lock once. Raises AssertionError when the calling thread does not hold it.

        Anchor: multiprocessing.RLock.release
        """
        try:
            self._lock.release()
        except RuntimeError:
            raise AssertionError(
                "attempt to release a recursive lock that is not owned by the thread"
            ) from None

    def locked(self) -> bool:
        """Whether somebody holds the lock.

        Anchor: multiprocessing.RLock.locked
        """
        if self._is_owned():
            return True
        if self._lock.acquire(False):
            self._lock.release()
            return False
        return True

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {'locked' if self.locked() else 'unlocked'}>"

    # For Condition, which lets go of all at once.

    def _is_owned(self) -> bool:
        return bool(self._lock._is_owned())

    def _release_save(self) -> Any:
        return self._lock._release_save()

    def _acquire_restore(self, state: Any) -> None:
        self._lock._acquire_restore(state)


class Semaphore(_Acquired):
    """A counter that can't go below zero. Raises ValueError for a negative `value`.

    Anchor: multiprocessing.Semaphore
    """

    def __init__(self, value: int = 1) -> None:
        if value < 0:
            raise ValueError(f"value: expected at least 0, got {value}")
        self._changed = threading.Condition(threading.Lock())
        self._value = value

    def acquire(self, block: bool = True, timeout: float | None = None) -> bool:
        """Take one, and say whether that was done; the parameters are those of Lock.

        Anchor: multiprocessing.Semaphore.acquire
        """
        deadline = None if timeout is None else time.monotonic() + timeout
        with self._changed:
            while not self._value:
                left = None if deadline is None else deadline - time.monotonic()
                if not block or (left is not None and left <= 0):
                    return False
                self._changed.wait(None if left is None else min(left, threading.TIMEOUT_MAX))
            self._value -= 1
            return True

    def release(self) -> None:
        """Give one back. Any thread may do so.

        Anchor: multiprocessing.Semaphore.release
        """
        with self._changed:
            self._value += 1
            self._changed.notify()

    def get_value(self) -> int:
        """How many can be taken.

        Anchor: multiprocessing.Semaphore.get_value
        """
        return self._value

    def locked(self) -> bool:
        """Whether nothing can be taken.

        Anchor: multiprocessing.Semaphore.locked
        """
        return self._value == 0

    def __repr__(self) -> str:
        return f"<{type(self).__name__} value={self._value}>"


class BoundedSemaphore(Semaphore):
    """A semaphore that can't go above the value that it began with.

    Anchor: multiprocessing.BoundedSemaphore
    """

    def __init__(self, value: int = 1) -> None:
        super().__init__(value)
        self._bound = value

    def release(self) -> None:
        """Give one back. Raises ValueError when the counter has its initial value.

        Anchor: multiprocessing.BoundedSemaphore.release
        """
        with self._changed:
            if self._value >= self._bound:
                raise ValueError("the semaphore is released more often than it was acquired")
            self._value += 1
            self._changed.notify()


class Condition(threading.Condition):
    """A condition variable.

    lock: a Lock or an RLock of this module; None makes an RLock.

    Anchor: multiprocessing.Condition
    """

    def __init__(self, lock: Any = None) -> None:
        # Any lock with the methods of one does, whatever type checkers know of it.
        own: Any = RLock() if lock is None else lock
        super().__init__(own)
