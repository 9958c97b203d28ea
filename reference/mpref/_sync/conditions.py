"""Conditions and events between processes.

A waiter sleeps on a word of shared memory (`futex`). Only the kernel keeps a list of waiters, so
when a waiting process is killed no other process depends on it.
"""

from __future__ import annotations

import os
import time
from types import TracebackType
from typing import Any, Callable

from .._memory import futex, segments
from .._start import method
from .locks import RLock, Semaphore, Shareable
from .semaphore import VALUE_MAX

__all__ = ["Condition", "Event", "rebuild"]


class _NotHeld(AssertionError, RuntimeError):
    """Raised where threading.Condition and the standard library's differ: both kinds of error."""


class Condition(Shareable):
    """A condition variable: wait() until another process or thread calls notify().

    lock: a Lock or RLock of this package; None: an RLock of its own. ctx: the context whose start
    method it is for; None: the start method in use.

    acquire() and release() are the lock's. Usable in `with`.

    A notification is a token: one count of a semaphore. notify() makes a token for each waiter that
    it is to wake, increments the number of notifications, and wakes as many sleepers. A waiter that
    finds the number changed since it began to wait tries to take a token. So a process that
    notifies, and then waits at once, can't take a token that was made for a waiter which has not
    run yet.

    A token stays until somebody takes it. So when a waiter is killed as it wakes up, another one
    takes its token. But a waiter that was killed before it was notified is still counted: a later
    notify_all() makes one token too many, and a later waiter may wake up once without a reason.
    `threading` allows that, too, and wait_for() checks its predicate again.

    All counting is done while the lock is held, so it needs no other lock.

    Anchor: multiprocessing.Condition
    """

    def __init__(self, lock: Any = None, *, ctx: Any = None) -> None:
        self._start_method = method.of_context(ctx)
        self._bind(
            RLock(ctx=ctx) if lock is None else lock,
            Semaphore(0, ctx=ctx),
            segments.allocate(3 * futex.Word.BYTES),
        )

    def _bind(self, lock: Any, tokens: Semaphore, block: segments.Block) -> None:
        self._lock = lock
        self._tokens = tokens
        self._block = block
        # The number of notifications, and the number of waiters for which no token was made.
        self._number = futex.Word(block, 0)
        self._waiting = futex.Word(block, 4)
        self.acquire = lock.acquire
        self.release = lock.release

    def wait(self, timeout: float | None = None) -> bool:
        """Release the lock, wait to be notified, acquire the lock again.

        timeout: how many seconds to wait at most; None: without limit. Returns False when they
        passed without a notification, else True.

        Raises an error that is both AssertionError and RuntimeError when the lock isn't held.

        Anchor: multiprocessing.Condition
        """
        self._check_held("wait")
        until = futex.deadline(timeout)
        entered = self._number.value
        self._waiting.value += 1
        depth = self._lock._count() if isinstance(self._lock, RLock) else 1
        for _ in range(depth):
            self._lock.release()
        try:
            woken = self._sleep(entered, until)
        except BaseException:
            self._acquire(depth)
            if self._withdraw(entered):
                # Somebody else gets the notification that this waiter can't use.
                self.notify()
            raise
        self._acquire(depth)
        return woken or self._withdraw(entered)

    def _sleep(self, entered: int, until: float | None) -> bool:
        while True:
            # Read before the tokens are looked at: tokens that are made later change this number,
            # and then wait() does not sleep.
            number = self._number.value
            if self._take_token(entered, number):
                return True
            if futex.is_past(until):
                return False
            self._number.wait(number, until)

    def _take_token(self, entered: int, number: int) -> bool:
        return number != entered and self._tokens.acquire(False)

    def _acquire(self, depth: int) -> None:
        for _ in range(depth):
            self._lock.acquire()

    def _withdraw(self, entered: int) -> bool:
        """Give up waiting. Returns True when there was a notification after all, which is taken."""
        if self._take_token(entered, self._number.value):
            return True
        self._waiting.value -= 1
        return False

    def wait_for(self, predicate: Callable[[], Any], timeout: float | None = None) -> Any:
        """wait() until `predicate()` is true, and return its last value.

        timeout: how many seconds to wait at most; None: without limit. When they have passed the
        value that is returned is a false one.

        Raises what `predicate` raises, and what wait() raises when the lock isn't held.

        Anchor: multiprocessing.Condition
        """
        until = futex.deadline(timeout)
        result = predicate()
        while not result and not futex.is_past(until):
            self.wait(None if until is None else until - time.monotonic())
            result = predicate()
        return result

    def notify(self, n: int = 1) -> None:
        """Wake up to `n` waiters.

        Raises an error that is both AssertionError and RuntimeError when the lock isn't held.

        Anchor: multiprocessing.Condition
        """
        self._check_held("notify")
        waiting = self._waiting.value
        count = min(n, waiting)
        if count <= 0:
            return
        self._waiting.value = waiting - count
        for _ in range(count):
            self._tokens.release()
        self._number.value += 1
        self._number.wake(count)

    def notify_all(self) -> None:
        """Wake all waiters. Raises what notify() raises when the lock isn't held.

        Anchor: multiprocessing.Condition
        """
        self.notify(VALUE_MAX)

    def _check_held(self, what: str) -> None:
        # A lock of threading, which programs may use within one process, has no such method.
        is_mine = getattr(self._lock, "_is_mine", None)
        if is_mine is not None and not is_mine():
            raise _NotHeld(f"{what}() of a condition whose lock this thread doesn't hold")

    def __enter__(self) -> Any:
        return self._lock.__enter__()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._lock.__exit__(kind, value, traceback)

    def __reduce__(self) -> tuple[Any, ...]:
        self._check_handing_over()
        parts = self._lock, self._tokens, self._block
        return rebuild, (type(self), {"_start_method": self._start_method}, parts)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}({self._lock!r}, {self._waiting.value})>"


class Event(Shareable):
    """A flag that processes wait for.

    ctx: the context whose start method it is for; None: the start method in use.

    It has no lock. So a process can't be killed while it holds one, and a signal handler may set
    the event that its process is waiting for.

    Anchor: multiprocessing.Event
    """

    def __init__(self, *, ctx: Any = None) -> None:
        self._start_method = method.of_context(ctx)
        self._bind(segments.allocate(2 * futex.Word.BYTES))

    def _bind(self, block: segments.Block) -> None:
        self._block = block
        self._flag = futex.Word(block, 0)
        # Changed by each set(). When the flag is set and cleared again before a waiting process
        # runs, the changed stamp tells it that the flag was set.
        self._stamp = futex.Word(block, 4)

    def is_set(self) -> bool:
        """Whether the flag is set.

        Anchor: multiprocessing.Event
        """
        return self._flag.value != 0

    def set(self) -> None:
        """Set the flag and wake all who wait for it.

        Anchor: multiprocessing.Event
        """
        self._flag.value = 1
        # At random, as two processes that increment it at the same time could make a stamp that
        # existed before.
        stamp = self._stamp.value
        while stamp == self._stamp.value:
            stamp = int.from_bytes(os.urandom(futex.Word.BYTES), "little")
        self._stamp.value = stamp
        self._stamp.wake()

    def clear(self) -> None:
        """Clear the flag.

        Anchor: multiprocessing.Event
        """
        self._flag.value = 0

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until the flag is set, up to `timeout` seconds (None: without limit).

        Returns whether it was set.

        Anchor: multiprocessing.Event
        """
        until = futex.deadline(timeout)
        stamp = self._stamp.value
        while not self.is_set() and self._stamp.value == stamp:
            if futex.is_past(until):
                return False
            self._stamp.wait(stamp, until)
        return True

    def __reduce__(self) -> tuple[Any, ...]:
        self._check_handing_over()
        return rebuild, (type(self), {"_start_method": self._start_method}, (self._block,))

    def __repr__(self) -> str:
        state = "set" if self.is_set() else "unset"
        return f"<{type(self).__name__} at {id(self):#x} {state}>"


def rebuild(cls: Any, attributes: dict[str, Any], parts: tuple[Any, ...]) -> Any:
    """The object of `cls` that a pickle of it is loaded as."""
    self = cls.__new__(cls)
    self.__dict__.update(attributes)
    self._bind(*parts)
    return self
