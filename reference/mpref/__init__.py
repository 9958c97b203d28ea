"""mpref: the API of `multiprocessing`, written from its documentation.

    import mpref as multiprocessing

Every documented name stands here, grouped by the documentation's chapters.
"""

import importlib as _importlib
import sys as _sys
import types as _types

if _sys.platform == "win32":
    raise ImportError("mpref needs a POSIX system (Linux first): on Windows use multiprocessing")

from . import context as context
from . import process as process
from ._start import main_module as _main_module
from ._version import __version__ as __version__
from .context import Process as Process
from .context import default_context as _default
from .exceptions import AuthenticationError as AuthenticationError
from .exceptions import BufferTooShort as BufferTooShort
from .exceptions import ProcessError as ProcessError
from .exceptions import TimeoutError as TimeoutError

# The documentation whose promises this package keeps.
__spec_version__ = "3.14"

# Contexts and start methods; Miscellaneous
active_children = _default.active_children
cpu_count = _default.cpu_count
current_process = _default.current_process
freeze_support = _default.freeze_support
get_all_start_methods = _default.get_all_start_methods
get_context = _default.get_context
get_start_method = _default.get_start_method
parent_process = _default.parent_process
set_executable = _default.set_executable
set_forkserver_preload = _default.set_forkserver_preload
set_start_method = _default.set_start_method

# Pipes and queues
JoinableQueue = _default.JoinableQueue
Pipe = _default.Pipe
Queue = _default.Queue
SimpleQueue = _default.SimpleQueue

# Synchronization primitives
Barrier = _default.Barrier
BoundedSemaphore = _default.BoundedSemaphore
Condition = _default.Condition
Event = _default.Event
Lock = _default.Lock
RLock = _default.RLock
Semaphore = _default.Semaphore

# Shared ctypes objects
Array = _default.Array
RawArray = _default.RawArray
RawValue = _default.RawValue
Value = _default.Value

# Managers
Manager = _default.Manager

# Process pools
Pool = _default.Pool

# Logging
get_logger = _default.get_logger
log_to_stderr = _default.log_to_stderr

_CHAPTERS = (
    "connection",
    "dummy",
    "managers",
    "pool",
    "queues",
    "shared_memory",
    "sharedctypes",
    "synchronize",
)

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


def __getattr__(name: str) -> _types.ModuleType:
    # Chapters that are modules of their own (`mpref.connection`) are there without an import of
    # their own, and cost nothing in a child that needs none of them.
    if name in _CHAPTERS:
        return _importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


# What children send back by reference to their main module is found under the name it has there.
if "__main__" in _sys.modules:
    _main_module.know_alias()
