"""A word in shared memory that processes wait for: Linux' futex.

The kernel keeps the queue of sleepers, so there is no lock that a killed process could keep, and a
killed sleeper leaves the queue. Still no sleep is endless: `wait()` returns after `LONGEST_SLEEP`
at the latest, and its callers look at the word again. A sleeper could miss these:

* A process was killed after it had changed the word and before it called `wake()`; or after it was
  woken, and before it did what the others wait for.
* A signal came after the interpreter had looked for signals and before the system call. Perhaps it
  is the handler, which runs in Python, that sets the event which is waited for.

Where there is no futex (another system, an architecture that isn't listed here, a seccomp filter)
`wait()` looks at the word every few milliseconds, and `wake()` does nothing.
"""

from __future__ import annotations

import ctypes
import os
import time

from . import segments

__all__ = ["ALL", "LONGEST_SLEEP", "Word", "deadline", "is_past", "wake_at"]

# In seconds. Looking four times in a second costs next to nothing, and a user hardly notices the
# delay.
LONGEST_SLEEP = 0.25
ALL = 2**31 - 1

_POLL_SECONDS = 0.002
# Without FUTEX_PRIVATE_FLAG, as the word is shared between processes.
_FUTEX_WAIT, _FUTEX_WAKE = 0, 1
# The number of the system call, from <asm/unistd.h>, by machine and bytes of a pointer.
_SYS_FUTEX = {
    ("x86_64", 8): 202,
    ("x86_64", 4): 240,
    ("i686", 4): 240,
    ("aarch64", 8): 98,
    ("aarch64", 4): 240,
    ("armv7l", 4): 240,
    ("riscv64", 8): 98,
    ("loongarch64", 8): 98,
    ("ppc64le", 8): 221,
    ("s390x", 8): 238,
}


class _Timespec(ctypes.Structure):
    _fields_ = [("seconds", ctypes.c_long), ("nanoseconds", ctypes.c_long)]


_libc = ctypes.CDLL(None)
_syscall = _libc.syscall
_syscall.restype = ctypes.c_long
_syscall.argtypes = (
    ctypes.c_long,
    ctypes.c_void_p,
    ctypes.c_int,
    ctypes.c_uint32,
    ctypes.POINTER(_Timespec),
)


def _find_number() -> int | None:
    system = os.uname()
    number = _SYS_FUTEX.get((system.machine, ctypes.sizeof(ctypes.c_void_p)))
    if system.sysname != "Linux" or number is None:
        return None
    word = ctypes.c_uint32()
    # A filter answers with an error. A kernel that has the call answers that it has woken nobody.
    answer = _syscall(number, ctypes.addressof(word), _FUTEX_WAKE, 1, None)
    return number if answer == 0 else None


_number = _find_number()


class Word:
    """32 bits at `offset` of a block; reads and writes are atomic, `+=` is not."""

    __slots__ = ("_address", "_block", "_cell")

    BYTES = 4

    def __init__(self, block: segments.Block, offset: int) -> None:
        self._block = block
        self._address = block.address + offset
        # By ctypes, which writes all four bytes at once. PyPy's memoryview may write one by one.
        self._cell = ctypes.c_uint32.from_address(self._address)

    @property
    def value(self) -> int:
        """The value of the word now."""
        return self._cell.value

    @value.setter
    def value(self, value: int) -> None:
        self._cell.value = value

    def wait(self, expected: int, until: float | None = None) -> None:
        """Sleep while the word is `expected`, at most until `until` (by time.monotonic()).

        Returns when `wake()` was called, and at the latest after LONGEST_SLEEP. The caller has to
        look at the word again.
        """
        seconds = LONGEST_SLEEP
        if until is not None:
            seconds = min(seconds, until - time.monotonic())
            if seconds <= 0:
                return
        if _number is None:
            self._poll(expected, time.monotonic() + seconds)
            return
        timeout = _Timespec(0, int(seconds * 1e9))
        # The result does not matter, as the caller looks at the word again.
        _syscall(_number, self._address, _FUTEX_WAIT, expected, ctypes.byref(timeout))

    def _poll(self, expected: int, until: float) -> None:
        while self._cell.value == expected and time.monotonic() < until:
            time.sleep(_POLL_SECONDS)

    def wake(self, count: int = ALL) -> None:
        """Wake up to `count` sleepers."""
        wake_at(self._address, count)


def wake_at(address: int, count: int = ALL) -> None:
    """Wake up to `count` sleepers of the word at `address`."""
    if _number is not None:
        _syscall(_number, address, _FUTEX_WAKE, min(count, ALL), None)


def deadline(timeout: float | None) -> float | None:
    """The time at which a wait of `timeout` seconds that begins now is over. None: never."""
    return None if timeout is None else time.monotonic() + timeout


def is_past(until: float | None) -> bool:
    """Whether the time `until` has come."""
    return until is not None and time.monotonic() >= until
