"""Conditions, events and barriers between processes, made of locks and shared counters."""

from __future__ import annotations

import time
from threading import BrokenBarrierError
from types import TracebackType
from typing import Any, Callable, Dict, List, Optional, Tuple, Type

from . import _shared
from ._locks import Lock, RLock, Semaphore, Shareable, start_method_of
from ._semaphore import VALUE_MAX

__all__ = ["Barrier", "Condition", "Event"]


class _NotHeld(AssertionError, RuntimeError):
    """What threading.Condition raises and what the standard library's Condition raises."""


class Condition(Shareable):
    """A condition variable: wait() until another process or thread calls notify().

    lock: a Lock or RLock of this package; without it, an RLock of its own. acquire() and
    release() are the lock's. Usable in `with`.

    Waiters gather in groups, each with a semaphore. notify() serves the oldest group first, and
    closes the newest to those who come later: somebody who notifies and then waits at once
    can't take the wake-up that was meant for a process which hasn't run yet. With one semaphore
    for all he would, and the other would sleep on.

    A waiter that was killed leaves his group in use for good. When no group is free, newcomers
    join the newest and may wake in place of an older waiter: no harm to those who check what
    they wait for, and better than a notify() that waits for the dead.

    All counting is done while holding the lock, so it needs no lock of its own.

    Anchor: multiprocessing.Condition
    """

    _GROUPS = 4

    def __init__(self, lock: Any = None, *, ctx: Any = None) -> None:
        self._start_method = start_method_of(ctx)
        self._bind(
            RLock(ctx=ctx) if lock is None else lock,
            [Semaphore(0, ctx=ctx) for _ in range(self._GROUPS)],
            _shared.allocate(8 * (1 + self._GROUPS)),
        )

    def _bind(self, lock: Any, groups: List[Semaphore], block: _shared.Block) -> None:
        self._lock = lock
        self._groups = groups
        self._block = block
        # Which group is open to newcomers, then how many wait unnotified in each.
        self._state = block.view().cast("q")
        self.acquire = lock.acquire
        self.release = lock.release

    def wait(self, timeout: Optional[float] = None) -> bool:
        """Release the lock, wait to be notified, acquire the lock again.

        Returns False when `timeout` seconds passed without a notification. Raises
        AssertionError (a RuntimeError, too) when the lock isn't held.

        Anchor: multiprocessing.Condition
        """
        self._check_held("wait")
        group = self._state[0]
        self._state[1 + group] += 1
        depth = self._lock._count() if isinstance(self._lock, RLock) else 1
        for _ in range(depth):
            self._lock.release()
        try:
            woken = self._groups[group].acquire(True, timeout)
        except BaseException:
            self._acquire(depth)
            if self._withdraw(group):
                # The notification is not lost with the exception.
                self.notify()
            raise
        self._acquire(depth)
        return woken or self._withdraw(group)

    def _acquire(self, depth: int) -> None:
        for _ in range(depth):
            self._lock.acquire()

    def _withdraw(self, group: int) -> bool:
        """Give up waiting in `group`; True where a notification was faster."""
        if self._groups[group].acquire(False):
            return True
        self._state[1 + group] -= 1
        return False

    def wait_for(self, predicate: Callable[[], Any], timeout: Optional[float] = None) -> Any:
        """wait() until `predicate()` is true, and return its last value.

        That is a false one where `timeout` seconds passed before. The lock must be held.

        Anchor: multiprocessing.Condition
        """
        until = None if timeout is None else time.monotonic() + timeout
        result = predicate()
        while not result:
            left = None if until is None else until - time.monotonic()
            if left is not None and left <= 0:
                break
            self.wait(left)
            result = predicate()
        return result

    def notify(self, n: int = 1) -> None:
        """Wake up to `n` waiters, those of the oldest group first.

        Raises AssertionError (a RuntimeError, too) when the lock isn't held.

        Anchor: multiprocessing.Condition
        """
        self._check_held("notify")
        state = self._state
        newest = state[0]
        for step in range(1, self._GROUPS + 1):
            group = (newest + step) % self._GROUPS
            wake = min(n, state[1 + group])
            if wake <= 0:
                continue
            state[1 + group] -= wake
            for _ in range(wake):
                self._groups[group].release()
            n -= wake
            if group == newest:
                state[0] = self._free_group(newest)

    def _free_group(self, newest: int) -> int:
        for step in range(1, self._GROUPS):
            group = (newest + step) % self._GROUPS
            if self._state[1 + group] == 0 and self._groups[group].locked():
                return group
        return newest

    def notify_all(self) -> None:
        """Wake all waiters; see notify().

        Anchor: multiprocessing.Condition
        """
        self.notify(VALUE_MAX)

    def _check_held(self, what: str) -> None:
        # A lock of threading, which works within one process, can't tell.
        is_mine = getattr(self._lock, "_is_mine", None)
        if is_mine is not None and not is_mine():
            raise _NotHeld(f"{what}() of a condition whose lock this thread doesn't hold")

    def __enter__(self) -> Any:
        return self._lock.__enter__()

    def __exit__(
        self,
        kind: Optional[Type[BaseException]],
        value: Optional[BaseException],
        traceback: Optional[TracebackType],
    ) -> None:
        self._lock.__exit__(kind, value, traceback)

    def __reduce__(self) -> Tuple[Any, ...]:
        self._check_handing_over()
        parts = self._lock, self._groups, self._block
        return _rebuild, (type(self), {"_start_method": self._start_method}, parts)

    def __repr__(self) -> str:
        waiting = sum(self._state[1 : 1 + self._GROUPS])
        return f"<{type(self).__name__}({self._lock!r}, {waiting})>"


class Event(Shareable):
    """A flag that processes wait for.

    Anchor: multiprocessing.Event
    """

    def __init__(self, *, ctx: Any = None) -> None:
        self._start_method = start_method_of(ctx)
        self._bind(Condition(Lock(ctx=ctx), ctx=ctx), _shared.allocate(16))

    def _bind(self, condition: Condition, block: _shared.Block) -> None:
        self._condition = condition
        self._block = block
        # The flag, and how often it was set.
        self._state = block.view().cast("q")

    def is_set(self) -> bool:
        """Whether the flag is set.

        Anchor: multiprocessing.Event
        """
        return self._state[0] != 0

    def set(self) -> None:
        """Set the flag and wake all who wait for it.

        Anchor: multiprocessing.Event
        """
        with self._condition:
            self._state[0] = 1
            self._state[1] += 1
            self._condition.notify_all()

    def clear(self) -> None:
        """Clear the flag.

        Anchor: multiprocessing.Event
        """
        with self._condition:
            self._state[0] = 0

    def wait(self, timeout: Optional[float] = None) -> bool:
        """Wait until the flag is set, up to `timeout` seconds; return whether it was.

        Anchor: multiprocessing.Event
        """
        if self.is_set():
            return True
        with self._condition:
            # The flag may be cleared again before this process runs: it has been set all the same.
            before = self._state[1]
            self._condition.wait_for(lambda: self.is_set() or self._state[1] != before, timeout)
            return self.is_set() or self._state[1] != before

    def __reduce__(self) -> Tuple[Any, ...]:
        self._check_handing_over()
        parts = self._condition, self._block
        return _rebuild, (type(self), {"_start_method": self._start_method}, parts)

    def __repr__(self) -> str:
        state = "set" if self.is_set() else "unset"
        return f"<{type(self).__name__} at {id(self):#x} {state}>"


class Barrier(Shareable):
    """A meeting point: wait() returns when `parties` processes or threads have called it.

    action: called by the last to arrive, before the others go on. timeout: the default of
    wait(), in seconds.

    Each meeting has a number and, once over, an outcome, so those who are slow to wake up
    know what became of theirs, while the next one gathers already.

    Anchor: multiprocessing.Barrier
    """

    # Outcomes are kept for this many meetings: more than can pass while somebody who was woken
    # hasn't run, as he is one of the parties.
    _OUTCOMES = 64
    _MET, _BROKEN = 0, 1

    def __init__(
        self,
        parties: int,
        action: Optional[Callable[[], Any]] = None,
        timeout: Optional[float] = None,
        *,
        ctx: Any = None,
    ) -> None:
        if parties < 1:
            raise ValueError(f"parties: expected at least 1, got {parties}")
        self._start_method = start_method_of(ctx)
        self._parties = parties
        self._action = action
        self._timeout = timeout
        block = _shared.allocate(8 * 3 + self._OUTCOMES)
        self._bind(Condition(Lock(ctx=ctx), ctx=ctx), block)

    def _bind(self, condition: Condition, block: _shared.Block) -> None:
        self._condition = condition
        self._block = block
        # Who has arrived at the present meeting, its number, whether the barrier is broken.
        self._state = block.view()[:24].cast("q")
        self._outcomes = block.view()[24 : 24 + self._OUTCOMES]

    def wait(self, timeout: Optional[float] = None) -> int:
        """Wait for the others, and return which of the parties this is, from 0 on.

        Raises threading.BrokenBarrierError when the barrier is broken or reset meanwhile, or
        breaks because `timeout` seconds have passed.

        Anchor: multiprocessing.Barrier
        """
        if timeout is None:
            timeout = self._timeout
        with self._condition:
            index, meeting, broken = self._state
            if broken:
                raise BrokenBarrierError
            self._state[0] = index + 1
            if index + 1 == self._parties:
                self._meet()
            elif not self._condition.wait_for(lambda: self._state[1] != meeting, timeout):
                self._break()
            if self._outcomes[meeting % self._OUTCOMES] == self._BROKEN:
                raise BrokenBarrierError
            return int(index)

    def _meet(self) -> None:
        if self._action is not None:
            try:
                self._action()
            except BaseException:
                self._break()
                raise
        self._end_meeting(self._MET)

    def _break(self) -> None:
        self._state[2] = 1
        self._end_meeting(self._BROKEN)

    def _end_meeting(self, outcome: int) -> None:
        meeting = self._state[1]
        self._outcomes[meeting % self._OUTCOMES] = outcome
        self._state[0] = 0
        self._state[1] = meeting + 1
        self._condition.notify_all()

    def reset(self) -> None:
        """Empty the barrier and mend it; those who wait get BrokenBarrierError.

        Anchor: multiprocessing.Barrier
        """
        with self._condition:
            if self._state[0]:
                self._end_meeting(self._BROKEN)
            self._state[2] = 0

    def abort(self) -> None:
        """Break the barrier: all who wait or come get BrokenBarrierError until reset().

        Anchor: multiprocessing.Barrier
        """
        with self._condition:
            self._break()

    @property
    def parties(self) -> int:
        """How many have to meet.

        Anchor: multiprocessing.Barrier
        """
        return self._parties

    @property
    def n_waiting(self) -> int:
        """How many wait now.

        Anchor: multiprocessing.Barrier
        """
        return int(self._state[0])

    @property
    def broken(self) -> bool:
        """Whether the barrier is broken.

        Anchor: multiprocessing.Barrier
        """
        return self._state[2] != 0

    def __reduce__(self) -> Tuple[Any, ...]:
        self._check_handing_over()
        names = "_start_method", "_parties", "_action", "_timeout"
        parts = self._condition, self._block
        return _rebuild, (type(self), {name: getattr(self, name) for name in names}, parts)

    def __repr__(self) -> str:
        state = "broken" if self.broken else f"waiters={self.n_waiting}/{self._parties}"
        return f"<{type(self).__name__} at {id(self):#x}: {state}>"


def _rebuild(cls: Any, attributes: Dict[str, Any], parts: Tuple[Any, ...]) -> Any:
    self = cls.__new__(cls)
    self.__dict__.update(attributes)
    self._bind(*parts)
    return self
