"""A lock for our own short work on shared memory: it does not stay locked when its holder dies.

That is a robust mutex of POSIX threads, for which the kernel notes the holder's death. Whoever
locks it next is told that the work was perhaps left half done, and puts it right. It is recursive,
as a signal handler may come to do the same work. The locks of users are no such locks: those stay
locked, as the documentation says, and nobody could tell what to put right.

Where the C library has no robust mutexes a semaphore does the locking, and a holder's death is not
noticed.
"""

from __future__ import annotations

import ctypes
import errno
import os
import time
from typing import Any, Optional, Tuple

from .._memory import segments
from .semaphore import RECURSIVE, SemLock

__all__ = ["RobustLock"]

# Of Linux' C libraries, glibc and musl.
_RECURSIVE_TYPE, _PROCESS_SHARED, _ROBUST = 1, 1, 1
# More than any platform has: 48 and 8.
_MUTEX_BYTES = _ATTRIBUTE_BYTES = 64
# Signal handlers run between two attempts: the C library itself doesn't return for a signal.
_ATTEMPT_SECONDS = 0.25


class _Timespec(ctypes.Structure):
    _fields_ = [("seconds", ctypes.c_long), ("nanoseconds", ctypes.c_long)]


_libc: Any = ctypes.CDLL(None)
_available = all(
    hasattr(_libc, f"pthread_mutex{name}") for name in ("attr_setrobust", "_consistent")
)


class RobustLock:
    """Used in `with`, which gives whether all is in order: False when the last holder has died.

    The lock is in order again after that, so who gets False has to mend what it guards.
    """

    def __init__(self, block: Optional[segments.Block] = None) -> None:
        is_new = block is None
        self._block = segments.allocate(_MUTEX_BYTES) if block is None else block
        self._fall_back: Optional[SemLock] = None
        # How many `with` of this thread are in it; only the holder looks.
        self._depth = 0
        if _available:
            self._mutex = ctypes.c_void_p(self._block.address)
            if is_new:
                _initialize(self._mutex)
        elif is_new:
            self._fall_back = SemLock._create_in(self._block, RECURSIVE, 1, 1)
        else:
            self._fall_back = SemLock._attach(self._block, RECURSIVE, 1)

    def __enter__(self) -> bool:
        if self._fall_back is not None:
            return self._fall_back.acquire()
        try:
            answer = _libc.pthread_mutex_trylock(self._mutex)
            while answer in (errno.EBUSY, errno.ETIMEDOUT):
                answer = self._attempt()
            if answer == errno.EOWNERDEAD:
                _libc.pthread_mutex_consistent(self._mutex)
                self._depth = 0
        except BaseException:
            # A signal handler raised, perhaps right after the mutex was locked. Who isn't its owner
            # can't unlock it.
            if self._depth == 0:
                _libc.pthread_mutex_unlock(self._mutex)
            raise
        if answer == errno.EOWNERDEAD:
            self._depth = 1
            return False
        _check(answer)
        self._depth += 1
        return True

    def _attempt(self) -> int:
        until = time.time() + _ATTEMPT_SECONDS
        moment = _Timespec(int(until), int(until % 1 * 1e9))
        return int(_libc.pthread_mutex_timedlock(self._mutex, ctypes.byref(moment)))

    def __exit__(self, *_: object) -> None:
        if self._fall_back is not None:
            self._fall_back.release()
            return
        self._depth -= 1
        answer = _libc.pthread_mutex_unlock(self._mutex)
        # EPERM: a copy made by os.fork() leaves the block that its original entered.
        if answer != errno.EPERM:
            _check(answer)

    def __reduce__(self) -> Tuple[Any, ...]:
        return RobustLock, (self._block,)


def _initialize(mutex: ctypes.c_void_p) -> None:
    attributes = ctypes.create_string_buffer(_ATTRIBUTE_BYTES)
    _check(_libc.pthread_mutexattr_init(attributes))
    _check(_libc.pthread_mutexattr_settype(attributes, _RECURSIVE_TYPE))
    _check(_libc.pthread_mutexattr_setpshared(attributes, _PROCESS_SHARED))
    _check(_libc.pthread_mutexattr_setrobust(attributes, _ROBUST))
    _check(_libc.pthread_mutex_init(mutex, attributes))
    _check(_libc.pthread_mutexattr_destroy(attributes))


def _check(error: int) -> None:
    if error:
        raise OSError(error, os.strerror(error))
