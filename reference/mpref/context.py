"""The documentation's chapter "Contexts and start methods".

A context offers the whole package for one start method. The package itself is the default context:
it is for the start method that `set_start_method` sets, or for the default, which is fixed by
whatever needs it first.

This file is long because it is a list: every name of the package is here once. What it makes is
written in the module of its chapter, and so is its docstring.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Callable

from . import exceptions, process
from ._facade import described_by, present
from ._os import cpus
from ._start import executable, forkserver
from ._start import method as _method
from ._start.processes import ForkProcess, ForkServerProcess, Process, SpawnProcess

if TYPE_CHECKING:
    import logging

    from . import connection, managers, pool, queues, synchronize

present(__name__, ForkProcess, ForkServerProcess, Process, SpawnProcess)

__all__ = [
    "BaseContext",
    "DefaultContext",
    "ForkContext",
    "ForkProcess",
    "ForkServerContext",
    "ForkServerProcess",
    "Process",
    "SpawnContext",
    "SpawnProcess",
    "get_all_start_methods",
    "get_context",
    "get_start_method",
    "set_start_method",
]


class BaseContext:
    """What all contexts offer: the names of the package.

    Anchor: multiprocessing.get_context
    """

    Process: type[process.BaseProcess]

    # Process and exceptions

    ProcessError = exceptions.ProcessError
    BufferTooShort = exceptions.BufferTooShort
    AuthenticationError = exceptions.AuthenticationError
    TimeoutError = exceptions.TimeoutError

    # Miscellaneous

    active_children = staticmethod(process.active_children)
    cpu_count = staticmethod(cpus.cpu_count)
    current_process = staticmethod(process.current_process)
    freeze_support = staticmethod(executable.freeze_support)
    parent_process = staticmethod(process.parent_process)
    set_executable = staticmethod(executable.set_executable)
    set_forkserver_preload = staticmethod(forkserver.set_forkserver_preload)

    # Contexts and start methods

    def get_context(self, method: str | None = None) -> BaseContext:
        """The context of a start method.

        method: 'fork', 'spawn' or 'forkserver'; None: this context.

        Raises ValueError for another name.

        Anchor: multiprocessing.get_context
        """
        return self if method is None else _concrete(method)

    def get_start_method(self, allow_none: bool = False) -> str | None:
        """The name of this context's start method.

        allow_none: makes no difference here, as this context has one. Raises NotImplementedError
        in a subclass of BaseContext that has none.

        Anchor: multiprocessing.get_start_method
        """
        raise NotImplementedError

    def set_start_method(self, method: str | None, force: bool = False) -> None:
        """Raise ValueError, whatever `method` and `force` are: this context has one for good.

        Only the package's own start method can be set, by its set_start_method(), which raises
        RuntimeError when it is set already.

        Anchor: multiprocessing.set_start_method
        """
        raise ValueError(
            f"the start method of this context is {self.get_start_method()!r} for good: "
            "call set_start_method() of the package, or get_context() for another context"
        )

    def get_all_start_methods(self) -> list[str]:
        """A list of the names of the start methods, the default first.

        Anchor: multiprocessing.get_all_start_methods
        """
        return list(_method.NAMES)

    # Pipes and queues

    @described_by("connection", "Pipe")
    def Pipe(self, duplex: bool = True) -> tuple[connection.Connection, connection.Connection]:
        from .connection import Pipe

        return Pipe(duplex)

    @described_by("queues", "Queue")
    def Queue(self, maxsize: int = 0) -> queues.Queue:
        from .queues import Queue

        return Queue(maxsize, ctx=self.get_context())

    @described_by("queues", "JoinableQueue")
    def JoinableQueue(self, maxsize: int = 0) -> queues.JoinableQueue:
        from .queues import JoinableQueue

        return JoinableQueue(maxsize, ctx=self.get_context())

    @described_by("queues", "SimpleQueue")
    def SimpleQueue(self) -> queues.SimpleQueue:
        from .queues import SimpleQueue

        return SimpleQueue(ctx=self.get_context())

    # Synchronization primitives

    @described_by("synchronize", "Lock")
    def Lock(self) -> synchronize.Lock:
        from .synchronize import Lock

        return Lock(ctx=self.get_context())

    @described_by("synchronize", "RLock")
    def RLock(self) -> synchronize.RLock:
        from .synchronize import RLock

        return RLock(ctx=self.get_context())

    @described_by("synchronize", "Semaphore")
    def Semaphore(self, value: int = 1) -> synchronize.Semaphore:
        from .synchronize import Semaphore

        return Semaphore(value, ctx=self.get_context())

    @described_by("synchronize", "BoundedSemaphore")
    def BoundedSemaphore(self, value: int = 1) -> synchronize.BoundedSemaphore:
        from .synchronize import BoundedSemaphore

        return BoundedSemaphore(value, ctx=self.get_context())

    @described_by("synchronize", "Condition")
    def Condition(self, lock: Any = None) -> synchronize.Condition:
        from .synchronize import Condition

        return Condition(lock, ctx=self.get_context())

    @described_by("synchronize", "Event")
    def Event(self) -> synchronize.Event:
        from .synchronize import Event

        return Event(ctx=self.get_context())

    @described_by("synchronize", "Barrier")
    def Barrier(
        self,
        parties: int,
        action: Callable[[], object] | None = None,
        timeout: float | None = None,
    ) -> synchronize.Barrier:
        from .synchronize import Barrier

        return Barrier(parties, action, timeout, ctx=self.get_context())

    # Shared ctypes objects

    @described_by("sharedctypes", "Value")
    def Value(self, typecode_or_type: Any, *args: Any, lock: Any = True) -> Any:
        from .sharedctypes import Value

        return Value(typecode_or_type, *args, lock=lock, ctx=self.get_context())

    @described_by("sharedctypes", "Array")
    def Array(self, typecode_or_type: Any, size_or_initializer: Any, *, lock: Any = True) -> Any:
        from .sharedctypes import Array

        return Array(typecode_or_type, size_or_initializer, lock=lock, ctx=self.get_context())

    @described_by("sharedctypes", "RawValue")
    def RawValue(self, typecode_or_type: Any, *args: Any) -> Any:
        from .sharedctypes import RawValue

        return RawValue(typecode_or_type, *args)

    @described_by("sharedctypes", "RawArray")
    def RawArray(self, typecode_or_type: Any, size_or_initializer: Any) -> Any:
        from .sharedctypes import RawArray

        return RawArray(typecode_or_type, size_or_initializer)

    # Managers

    def Manager(self) -> managers.SyncManager:
        """A SyncManager whose server process was started.

        Raises what starting a process raises, and EOFError when the server ends before it serves.

        Anchor: multiprocessing.Manager
        """
        from .managers import SyncManager

        manager = SyncManager(ctx=self.get_context())
        manager.start()
        return manager

    # Process pools

    @described_by("pool", "Pool")
    def Pool(
        self,
        processes: int | None = None,
        initializer: Callable[..., object] | None = None,
        initargs: Iterable[Any] = (),
        maxtasksperchild: int | None = None,
    ) -> pool.Pool:
        from .pool import Pool

        return Pool(processes, initializer, initargs, maxtasksperchild, context=self.get_context())

    # Logging

    @described_by("_logging", "get_logger")
    def get_logger(self) -> logging.Logger:
        from . import _logging

        return _logging.get_logger()

    @described_by("_logging", "log_to_stderr")
    def log_to_stderr(self, level: Any | None = None) -> logging.Logger:
        from . import _logging

        return _logging.log_to_stderr(level)


class _ConcreteContext(BaseContext):
    _name: str

    def get_start_method(self, allow_none: bool = False) -> str:
        """The name of this context's start method.

        allow_none: makes no difference here, as this context has one.

        Anchor: multiprocessing.get_start_method
        """
        return self._name

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._name!r}>"


class ForkContext(_ConcreteContext):
    """The context of the start method fork.

    Anchor: multiprocessing.get_context
    """

    _name = "fork"
    Process = ForkProcess


class SpawnContext(_ConcreteContext):
    """The context of the start method spawn.

    Anchor: multiprocessing.get_context
    """

    _name = "spawn"
    Process = SpawnProcess


class ForkServerContext(_ConcreteContext):
    """The context of the start method forkserver.

    Anchor: multiprocessing.get_context
    """

    _name = "forkserver"
    Process = ForkServerProcess


class DefaultContext(BaseContext):
    """The package's own context, whose start method can be set, once.

    Anchor: multiprocessing.get_context
    """

    Process = Process

    def get_context(self, method: str | None = None) -> BaseContext:
        """The context of a start method.

        method: 'fork', 'spawn' or 'forkserver'; None: the start method in use, which this fixes.

        Raises ValueError for another name.

        Anchor: multiprocessing.get_context
        """
        return _concrete(_method.current() if method is None else method)

    def get_start_method(self, allow_none: bool = False) -> str | None:
        """The name of the start method in use.

        allow_none: whether to return None while none was set or fixed; False fixes the default
        then, so that set_start_method() raises RuntimeError from then on.

        Anchor: multiprocessing.get_start_method
        """
        return _method.chosen() if allow_none else _method.current()

    def set_start_method(self, method: str | None, force: bool = False) -> None:
        """Set the start method of the package.

        method: 'fork', 'spawn' or 'forkserver'; None: the default. force: whether to replace one
        that is set or fixed already; with `method` None it is unset.

        Raises RuntimeError when one is set or fixed already and `force` is false, ValueError for
        another name.

        Anchor: multiprocessing.set_start_method
        """
        if _method.chosen() is not None and not force:
            raise RuntimeError("context has already been set: pass force=True to replace it")
        if method is None:
            _method.choose(None if force else _method.DEFAULT)
            return
        _method.choose(_method.checked(method))


_CONTEXTS: dict[str, BaseContext] = {
    "forkserver": ForkServerContext(),
    "spawn": SpawnContext(),
    "fork": ForkContext(),
}


def _concrete(method: str) -> BaseContext:
    return _CONTEXTS[_method.checked(method)]


default_context = DefaultContext()

get_context = default_context.get_context
get_start_method = default_context.get_start_method
set_start_method = default_context.set_start_method
get_all_start_methods = default_context.get_all_start_methods
