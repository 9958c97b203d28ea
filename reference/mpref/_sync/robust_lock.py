"""A lock for this package's own short work on shared memory. It is released when its holder dies.

It is a robust mutex of POSIX threads: the kernel notes the holder's death, and whoever locks it
next is told that the work was perhaps left half done, and repairs it. It is recursive, as a signal
handler may do the same work. The documented locks are not robust: they stay locked when their
holder dies, as the documentation says, and nobody could know what to repair.

Where the C library has no robust mutexes a semaphore takes its place, and nobody notices that a
holder has died.
"""

from __future__ import annotations

import ctypes
import errno
import os
import time
from typing import Any

from .._memory import segments
from .semaphore import RECURSIVE, SemLock

__all__ = ["RobustLock"]

# Of Linux' C libraries, glibc and musl.
_RECURSIVE_TYPE, _PROCESS_SHARED, _ROBUST = 1, 1, 1
# More than the sizes on all platforms, which are 48 and 8 at most.
_MUTEX_BYTES = _ATTRIBUTE_BYTES = 64
# In seconds. Between two attempts signal handlers can run: the C library's call does not return
# when a signal comes.
_ATTEMPT_SECONDS = 0.25


class _Timespec(ctypes.Structure):
    _fields_ = [("seconds", ctypes.c_long), ("nanoseconds", ctypes.c_long)]


_libc: Any = ctypes.CDLL(None)
_available = all(
    hasattr(_libc, f"pthread_mutex{name}") for name in ("attr_setrobust", "_consistent")
)


class RobustLock:
    """Used by `with lock as in_order`. `in_order` is False when the last holder has died.

    Only the first one after that gets False, so it has to repair what the lock protects.
    """

    def __init__(self, block: segments.Block | None = None) -> None:
        is_new = block is None
        self._block = segments.allocate(_MUTEX_BYTES) if block is None else block
        self._fall_back: SemLock | None = None
        # How many times the holder has entered it; used by the holder only.
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
            # A signal handler raised, perhaps right after the mutex was locked. Where it was not,
            # the C library refuses to unlock it.
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
        # EPERM: this process is a copy made by os.fork() inside of the `with` block, and its
        # original holds the lock.
        if answer != errno.EPERM:
            _check(answer)

    def __reduce__(self) -> tuple[Any, ...]:
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
