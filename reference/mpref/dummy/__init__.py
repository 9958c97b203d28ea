"""`multiprocessing.dummy`: the API of this package over threads.

    from mpref.dummy import Pool

It has every name of the package, with the same parameters and errors, so that a program can be
tried with threads in place of processes. Objects are shared as they are: nothing is copied or
pickled when it is passed on.

These differences come from threads: `terminate()`, `kill()` and `interrupt()` of a running process
raise NotImplementedError; all start methods do the same; a daemonic process may have children; and
all processes of a program have its global variables in common.
"""

from __future__ import annotations

from collections.abc import Iterable
from threading import Barrier, Event
from typing import TYPE_CHECKING, Any, Callable

from .._os.cpus import cpu_count
from .._start.executable import freeze_support
from ..exceptions import AuthenticationError, BufferTooShort, ProcessError, TimeoutError
from . import connection as connection
from ._contexts import (
    get_all_start_methods,
    get_context,
    get_start_method,
    set_executable,
    set_forkserver_preload,
    set_start_method,
)
from ._locks import BoundedSemaphore, Condition, Lock, RLock, Semaphore
from ._managers import Manager
from ._processes import Process, active_children, current_process, parent_process
from ._queues import JoinableQueue, Queue, SimpleQueue
from ._shared import Array, RawArray, RawValue, Value
from .connection import Pipe

if TYPE_CHECKING:
    import logging

    from ..pool import ThreadPool

__all__ = [  # noqa: RUF022 (by chapter)
    # Process and exceptions
    "AuthenticationError",
    "BufferTooShort",
    "Process",
    "ProcessError",
    "TimeoutError",
    # Contexts and start methods; Miscellaneous
    "active_children",
    "cpu_count",
    "current_process",
    "freeze_support",
    "get_all_start_methods",
    "get_context",
    "get_start_method",
    "parent_process",
    "set_executable",
    "set_forkserver_preload",
    "set_start_method",
    # Pipes and queues
    "JoinableQueue",
    "Pipe",
    "Queue",
    "SimpleQueue",
    # Synchronization primitives
    "Barrier",
    "BoundedSemaphore",
    "Condition",
    "Event",
    "Lock",
    "RLock",
    "Semaphore",
    # Shared ctypes objects
    "Array",
    "RawArray",
    "RawValue",
    "Value",
    # Managers
    "Manager",
    # Process pools
    "Pool",
    # Logging
    "get_logger",
    "log_to_stderr",
]


def Pool(
    processes: int | None = None,
    initializer: Callable[..., Any] | None = None,
    initargs: Iterable[Any] = (),
) -> ThreadPool:
    """A pool of threads; the parameters and errors are those of `ThreadPool`.

    Anchor: multiprocessing.pool.ThreadPool
    """
    from ..pool import ThreadPool

    return ThreadPool(processes, initializer, initargs)


def get_logger() -> logging.Logger:
    """The logger of the package, which all threads of this process use.

    Anchor: multiprocessing.get_logger
    """
    from .. import _logging  # slow to import

    return _logging.get_logger()


def log_to_stderr(level: Any | None = None) -> logging.Logger:
    """Have that logger write to stderr, as `mpref.log_to_stderr()` does.

    level: a number or a name of the logging module, that becomes the logger's; None leaves it.

    Anchor: multiprocessing.log_to_stderr
    """
    from .. import _logging  # slow to import

    return _logging.log_to_stderr(level)
