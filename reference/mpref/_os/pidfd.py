"""Process file descriptors (pidfd): one stands for a process, and turns readable at its end.

Three things make it a better sentinel than the end of a pipe. It is bound to the process, and not
to all processes that have a copy of the writing end, so siblings and grandchildren can't keep it
from getting ready. It needs nothing in the watched process. And a signal sent through it can't hit
another process that has got the same pid meanwhile.

Linux has it since 5.3. CPython offers it since 3.9, PyPy 3.9 does not, so there the system call is
made by number. Elsewhere `available()` says no, and the callers fall back on the end of a pipe.
"""

from __future__ import annotations

import errno
import os
import signal
import sys
from typing import Callable

__all__ = ["available", "open_pidfd", "send_signal"]

# Of <asm/unistd.h>; system calls added since 2019 have one number on all architectures but alpha.
_SYS_PIDFD_SEND_SIGNAL = 424
_SYS_PIDFD_OPEN = 434

_available: bool | None = None
_syscall: Callable[..., int] | None = None


def available() -> bool:
    """Whether this interpreter and this kernel (or its seccomp filter) know process descriptors."""
    global _available
    if _available is None:
        _available = _probe()
    return _available


def open_pidfd(pid: int) -> int:
    """Open a descriptor for the process `pid`; it is not inherited by programs that are executed.

    Raises ProcessLookupError when there is no such process, OSError (EMFILE) as every open does.
    """
    if hasattr(os, "pidfd_open"):
        return os.pidfd_open(pid)
    return _by_number(_SYS_PIDFD_OPEN, pid, 0)


def send_signal(pidfd: int, signum: int) -> None:
    """Send `signum` to the process behind `pidfd`; ProcessLookupError when it has been reaped."""
    if hasattr(signal, "pidfd_send_signal"):
        signal.pidfd_send_signal(pidfd, signum)
        return
    _by_number(_SYS_PIDFD_SEND_SIGNAL, pidfd, signum, None, 0)


def _probe() -> bool:
    if not sys.platform.startswith("linux"):
        return False
    try:
        fd = open_pidfd(os.getpid())
    except OSError as error:
        # A full descriptor table says nothing about the kernel: let the caller see that error.
        if error.errno in (errno.EMFILE, errno.ENFILE):
            raise
        return False
    except (ImportError, AttributeError):  # an interpreter without ctypes
        return False
    os.close(fd)
    return True


def _by_number(number: int, *args: object) -> int:
    global _syscall
    import ctypes  # only where the interpreter lacks the call: ctypes is slow to import

    if _syscall is None:
        function = ctypes.CDLL(None, use_errno=True).syscall
        function.restype = ctypes.c_long
        _syscall = function
    result = _syscall(number, *args)
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return int(result)
