"""Locks and semaphores between processes."""

from __future__ import annotations

import threading
from typing import Any

from .. import process
from .._ipc import reduction
from .._memory import segments
from .._start import method
from .semaphore import COUNTING, RECURSIVE, VALUE_MAX, SemLock

__all__ = ["BoundedSemaphore", "Lock", "RLock", "Semaphore", "Shareable"]


class Shareable:
    """An object that children get as an argument of Process, and that can't be sent otherwise."""

    _start_method: str

    def _check_handing_over(self) -> None:
        reduction.assert_spawning(self)
        if self._start_method == "fork":
            raise RuntimeError(
                f"a {type(self).__name__} of a fork context can't be an argument of a process "
                "that is started in another way; make it with the context of the process: "
                f"context.{type(self).__name__}(...)"
            )


class _SemaphoreObject(SemLock, Shareable):
    """What the four kinds of lock have in common.

    acquire() and release() are methods of a C type, whose help() has a line for each. A method in
    Python around them would cost more than the lock, so the docstrings of the classes say it all.
    """

    @classmethod
    def _new(cls, kind: int, value: int, maxvalue: int, ctx: Any) -> Any:
        start_method = method.of_context(ctx)
        self = cls._create(kind, value, maxvalue)
        self._start_method = start_method
        return self

    def __init__(self, *_: Any, **__: Any) -> None:
        # `__new__` has done all. The C type's own __init__ does not take our arguments.
        pass

    def locked(self) -> bool:
        """Whether an acquire() would have to wait.

        Anchor: multiprocessing.Lock.locked
        """
        return self._is_zero()

    def __reduce__(self) -> tuple[Any, ...]:
        self._check_handing_over()
        return _attach, (type(self), self._start_method, self._block, self.kind, self.maxvalue)

    def _owner(self) -> str:
        if self._is_mine():
            name = process.current_process().name
            thread = threading.current_thread()
            return name if thread is threading.main_thread() else f"{name}|{thread.name}"
        if not self._is_zero():
            return "None"
        return "SomeOtherThread" if self._count() > 0 else "SomeOtherProcess"


def _attach(
    cls: type[_SemaphoreObject], start_method: str, block: segments.Block, kind: int, maxvalue: int
) -> _SemaphoreObject:
    self = cls._attach(block, kind, maxvalue)
    self._start_method = start_method
    return self


class Lock(_SemaphoreObject):
    """A lock that isn't recursive; any process or thread may release it.

    ctx: the context whose start method it is for; None: the start method in use.

    acquire(block=True, timeout=None): waits for the lock, up to `timeout` seconds, where None has
    no limit and a negative number counts as zero; returns whether it was acquired. Without `block`
    it doesn't wait, whatever the timeout. Raises what a signal handler raises meanwhile.

    release(): frees the lock; raises ValueError when it isn't locked. locked(): whether it is.
    Usable in `with`.

    Anchor: multiprocessing.Lock
    Anchor: multiprocessing.Lock.acquire
    Anchor: multiprocessing.Lock.release
    """

    def __new__(cls, *, ctx: Any = None) -> Lock:
        return cls._new(COUNTING, 1, 1, ctx)  # type: ignore[no-any-return]

    def __repr__(self) -> str:
        return f"<{type(self).__name__}(owner={self._owner()})>"


class RLock(_SemaphoreObject):
    """A lock that its owner may acquire again; it has to release it as often.

    ctx: the context whose start method it is for; None: the start method in use.

    acquire(block=True, timeout=None) and locked() are those of Lock, but acquire() returns True at
    once for the owner. release(): undoes one acquire(); raises AssertionError for anybody but the
    owner. Usable in `with`.

    Anchor: multiprocessing.RLock
    Anchor: multiprocessing.RLock.acquire
    Anchor: multiprocessing.RLock.release
    """

    def __new__(cls, *, ctx: Any = None) -> RLock:
        return cls._new(RECURSIVE, 1, 1, ctx)  # type: ignore[no-any-return]

    def __repr__(self) -> str:
        owner = self._owner()
        count = self._count() if self._is_mine() else "0" if owner == "None" else "nonzero"
        return f"<{type(self).__name__}({owner}, {count})>"


class Semaphore(_SemaphoreObject):
    """A counter that acquire() lowers, waiting while it is zero, and release() raises.

    value: what it starts from. ctx: the context whose start method it is for; None: the start
    method in use.

    acquire(block=True, timeout=None) and locked() are those of Lock. release(): raises the counter
    and wakes a waiter; raises ValueError at 2**31 - 1. Usable in `with`.

    Raises ValueError for a negative value, or one above 2**31 - 1.

    Anchor: multiprocessing.Semaphore
    """

    def __new__(cls, value: int = 1, *, ctx: Any = None) -> Semaphore:
        return cls._new(COUNTING, value, VALUE_MAX, ctx)  # type: ignore[no-any-return]

    def get_value(self) -> int:
        """The current value of the counter.

        Anchor: multiprocessing.Semaphore.get_value
        """
        return self._get_value()

    def __repr__(self) -> str:
        return f"<{type(self).__name__}(value={self._get_value()})>"


class BoundedSemaphore(Semaphore):
    """A Semaphore whose counter never exceeds its initial value.

    value, ctx: those of Semaphore.

    acquire(block=True, timeout=None) and locked() are those of Lock. release(): raises the counter
    and wakes a waiter; raises ValueError at the initial value. Usable in `with`.

    Anchor: multiprocessing.BoundedSemaphore
    """

    def __new__(cls, value: int = 1, *, ctx: Any = None) -> BoundedSemaphore:
        return cls._new(COUNTING, value, value, ctx)  # type: ignore[no-any-return]

    def __repr__(self) -> str:
        return f"<{type(self).__name__}(value={self._get_value()}, maxvalue={self.maxvalue})>"
