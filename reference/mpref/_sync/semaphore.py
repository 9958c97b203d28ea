"""Semaphores in anonymous shared memory: the one file that knows how they are made.

The memory contains a plain `sem_t` of the C library, which `sem_init` makes for use by several
processes. The methods on it are the fastest that the interpreter has:

* `_multiprocessing.SemLock` of CPython and PyPy, a C type, which is given the address of our
  memory. It is used as a base class, so that `with lock:` runs no Python code.
* On CPython 3.9 the same type behind a class that delegates to it, as instances of a subclass crash
  the interpreter when they are deleted.
* Where there is no such type, or the C library is not glibc, `ctypes` and the C library's `sem_*`.
  (A `SemLock` calls `sem_close` at its end. glibc looks for the address in its table and does not
  find it. Other libraries may crash for an address that they don't know.)

The C library's semaphore has a weakness when processes are killed. Releasing it wakes one sleeper.
When that one is killed before it runs, the others go on sleeping although the semaphore is free; a
kill right after release() did that in 51 of 100 cases. So when a parent learns that a child was
killed, it wakes all sleepers of its semaphores (`_wake_sleepers`), which then look again. It learns
that from every method that looks at a child, and while it waits for another child.

All three kinds keep the rules of the documentation: releasing a semaphore above its maximum raises
ValueError, releasing a recursive lock of somebody else raises AssertionError, a negative timeout
counts as zero, and a signal handler that raises ends the waiting.
"""

from __future__ import annotations

import ctypes
import errno
import os
import sys
import threading
import time
import weakref
from typing import TYPE_CHECKING, Any, TypeVar

from .._memory import futex, segments
from .._os import child_handle, weak

try:
    import _multiprocessing  # type: ignore[import-not-found]
except ImportError:
    _multiprocessing = None

RECURSIVE, COUNTING = 0, 1
# sem_getvalue() gives an int.
VALUE_MAX = 2**31 - 1
# Where glibc and musl keep the value, which is the word that waiters sleep on. To wake up once too
# often does no harm.
_VALUE_OFFSET = 4 if sys.byteorder == "big" and ctypes.sizeof(ctypes.c_void_p) == 8 else 0
# More than any platform's sem_t has.
_SEM_T_BYTES = 64

_libc = ctypes.CDLL(None, use_errno=True)
_libc.sem_init.argtypes = (ctypes.c_void_p, ctypes.c_int, ctypes.c_uint)


def _is_glibc() -> bool:
    try:
        return (os.confstr("CS_GNU_LIBC_VERSION") or "").startswith("glibc")
    except (ValueError, OSError):
        return False


class _Timespec(ctypes.Structure):
    _fields_ = [("seconds", ctypes.c_long), ("nanoseconds", ctypes.c_long)]


class PlainSemLock:
    """The methods of the C type, in Python with `ctypes`, where that type can't be used."""

    def __init__(self, address: int, kind: int, maxvalue: int) -> None:
        self._sem = ctypes.c_void_p(address)
        self.kind = kind
        self.maxvalue = maxvalue
        self._held = 0
        self._holder: int | None = None

    @classmethod
    def _rebuild(cls, address: int, kind: int, maxvalue: int, name: None) -> PlainSemLock:
        self = object.__new__(cls)
        PlainSemLock.__init__(self, address, kind, maxvalue)
        return self

    def acquire(self, block: bool = True, timeout: float | None = None) -> bool:
        if self.kind == RECURSIVE and self._is_mine():
            self._held += 1
            return True
        if not self._take(block, timeout):
            return False
        self._held += 1
        self._holder = threading.get_ident()
        return True

    def _take(self, block: bool, timeout: float | None) -> bool:
        if _libc.sem_trywait(self._sem) == 0:
            return True
        if not block:
            return False
        if timeout is None:
            return self._wait(lambda: _libc.sem_wait(self._sem))
        # sem_timedwait() takes a time of the system clock.
        until = time.time() + max(timeout, 0)
        deadline = _Timespec(int(until), int(until % 1 * 1e9))
        return self._wait(lambda: _libc.sem_timedwait(self._sem, ctypes.byref(deadline)))

    @staticmethod
    def _wait(call: Any) -> bool:
        while call() != 0:
            # When a signal interrupts the call, its handler runs before this line, and may raise.
            error = ctypes.get_errno()
            if error == errno.ETIMEDOUT:
                return False
            if error != errno.EINTR:
                raise OSError(error, os.strerror(error))
        return True

    def release(self) -> None:
        if self.kind == RECURSIVE:
            if not self._is_mine():
                raise AssertionError("release() of a recursive lock that this thread doesn't own")
            if self._held > 1:
                self._held -= 1
                return
        elif self._get_value() >= self.maxvalue:
            raise ValueError("semaphore or lock released more often than it was acquired")
        self._held -= 1
        if _libc.sem_post(self._sem) != 0:
            self._held += 1
            error = ctypes.get_errno()
            raise OSError(error, os.strerror(error))

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(self, *_: object) -> None:
        self.release()

    def _count(self) -> int:
        return self._held

    def _is_mine(self) -> bool:
        return self._held > 0 and self._holder == threading.get_ident()

    def _get_value(self) -> int:
        value = ctypes.c_int()
        if _libc.sem_getvalue(self._sem, ctypes.byref(value)) != 0:
            error = ctypes.get_errno()
            raise OSError(error, os.strerror(error))
        return max(value.value, 0)

    def _is_zero(self) -> bool:
        return self._get_value() == 0

    def _after_fork(self) -> None:
        self._held = 0


class DelegatingSemLock:
    """Delegates to an instance of the C type, where a subclass of that crashes."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner
        # Attributes, so that a call costs no more than the C method. Only `with` runs Python code.
        self.acquire = inner.acquire
        self.release = inner.release
        self._count = inner._count
        self._is_mine = inner._is_mine
        self._get_value = inner._get_value
        self._is_zero = inner._is_zero
        self._after_fork = inner._after_fork
        self.kind: int = inner.kind
        self.maxvalue: int = inner.maxvalue

    @classmethod
    def _rebuild(cls, address: int, kind: int, maxvalue: int, name: None) -> DelegatingSemLock:
        self = object.__new__(cls)
        inner = _multiprocessing.SemLock._rebuild(address, kind, maxvalue, name)
        DelegatingSemLock.__init__(self, inner)
        return self

    def __enter__(self) -> bool:
        return self._inner.__enter__()  # type: ignore[no-any-return]

    def __exit__(self, *_: object) -> None:
        self.release()


def _best_base() -> type[Any]:
    if _multiprocessing is None or not _is_glibc():
        return PlainSemLock
    if sys.implementation.name == "cpython" and sys.version_info < (3, 10):
        return DelegatingSemLock
    return _multiprocessing.SemLock  # type: ignore[no-any-return]


if TYPE_CHECKING:
    Base = PlainSemLock
else:
    Base = _best_base()

_T = TypeVar("_T", bound="SemLock")
# A forked child holds none of the locks that its parent's threads held: it resets all of these.
_alive: weakref.WeakSet[SemLock] = weakref.WeakSet()


class SemLock(Base):
    """A semaphore or recursive lock in a block of shared memory.

    Made by `_create()` (a new one) or `_attach()` (for one that exists), never by calling the
    class: the constructor of the C type makes a semaphore with a name.
    """

    _block: segments.Block

    @classmethod
    def _create(cls: type[_T], kind: int, value: int, maxvalue: int) -> _T:
        if not 0 <= value <= maxvalue <= VALUE_MAX:
            raise ValueError(
                f"semaphore value: expected 0 <= value <= {min(maxvalue, VALUE_MAX)}, got {value}"
            )
        return cls._create_in(segments.allocate(_SEM_T_BYTES), kind, value, maxvalue)

    @classmethod
    def _create_in(
        cls: type[_T], block: segments.Block, kind: int, value: int, maxvalue: int
    ) -> _T:
        if _libc.sem_init(block.address, 1, value) != 0:
            error = ctypes.get_errno()
            raise OSError(error, os.strerror(error))
        return cls._attach(block, kind, maxvalue)

    @classmethod
    def _attach(cls: type[_T], block: segments.Block, kind: int, maxvalue: int) -> _T:
        self = cls._rebuild(block.address, kind, maxvalue, None)
        assert isinstance(self, cls)
        self._block = block
        _alive.add(self)
        return self


def _after_fork_in_child() -> None:
    for semaphore in weak.living(_alive):
        semaphore._after_fork()


def _wake_sleepers() -> None:
    for semaphore in weak.living(_alive):
        futex.wake_at(semaphore._block.address + _VALUE_OFFSET)


os.register_at_fork(after_in_child=_after_fork_in_child)
child_handle.when_killed.append(_wake_sleepers)
