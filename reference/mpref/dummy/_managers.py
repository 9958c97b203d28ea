"""What a manager makes, without a server: threads share all objects as they are."""

from __future__ import annotations

import array
import builtins
import threading
from collections.abc import Iterable
from types import TracebackType
from typing import TYPE_CHECKING, Any

from . import _locks, _queues

if TYPE_CHECKING:
    from ..pool import ThreadPool

__all__ = ["Manager", "SyncManager"]


class _Value:
    def __init__(self, typecode: str, value: Any) -> None:
        self._typecode = typecode
        self.value = value

    def get(self) -> Any:
        return self.value

    def set(self, value: Any) -> None:
        self.value = value

    def __repr__(self) -> str:
        return f"Value({self._typecode!r}, {self.value!r})"


class SyncManager:
    """Makes objects that the threads of this process share. After shutdown() it makes no more.

    All methods that make one raise RuntimeError then.

    Anchor: multiprocessing.managers.SyncManager
    """

    def __init__(self) -> None:
        self._is_running = True

    def shutdown(self) -> None:
        """Make no more objects. Those that were made stay. A second call does nothing.

        Anchor: multiprocessing.managers.BaseManager.shutdown
        """
        self._is_running = False

    def Barrier(
        self, parties: int, action: Any = None, timeout: float | None = None
    ) -> threading.Barrier:
        """A barrier of threads.

        parties: how many threads or processes have to meet. action: called by the last to arrive.
        timeout: how many seconds wait() waits by default; None: without limit.

        Anchor: multiprocessing.managers.SyncManager.Barrier
        """
        self._check_running()
        return threading.Barrier(parties, action, timeout)

    def BoundedSemaphore(self, value: int = 1) -> _locks.BoundedSemaphore:
        """A counter that begins with `value` and never exceeds it.

        Anchor: multiprocessing.managers.SyncManager.BoundedSemaphore
        """
        self._check_running()
        return _locks.BoundedSemaphore(value)

    def Condition(self, lock: Any = None) -> _locks.Condition:
        """A condition variable over `lock`; None makes an RLock.

        Anchor: multiprocessing.managers.SyncManager.Condition
        """
        self._check_running()
        return _locks.Condition(lock)

    def Event(self) -> threading.Event:
        """A flag that threads wait for.

        Anchor: multiprocessing.managers.SyncManager.Event
        """
        self._check_running()
        return threading.Event()

    def Lock(self) -> _locks.Lock:
        """A lock that any thread may release.

        Anchor: multiprocessing.managers.SyncManager.Lock
        """
        self._check_running()
        return _locks.Lock()

    def RLock(self) -> _locks.RLock:
        """A lock that its holder may acquire again.

        Anchor: multiprocessing.managers.SyncManager.RLock
        """
        self._check_running()
        return _locks.RLock()

    def Semaphore(self, value: int = 1) -> _locks.Semaphore:
        """A counter that begins with `value`.

        Anchor: multiprocessing.managers.SyncManager.Semaphore
        """
        self._check_running()
        return _locks.Semaphore(value)

    def Namespace(self, **kwds: Any) -> Any:
        """An object with writable attributes. kwds: the first ones.

        Anchor: multiprocessing.managers.SyncManager.Namespace
        """
        from ..managers import Namespace  # slow to import, with all that a server needs

        self._check_running()
        return Namespace(**kwds)

    def Queue(self, maxsize: int = 0) -> _queues.Queue:
        """A queue. maxsize: how many items it holds at most; zero or less: any number.

        Anchor: multiprocessing.managers.SyncManager.Queue
        """
        self._check_running()
        return _queues.Queue(maxsize)

    def JoinableQueue(self, maxsize: int = 0) -> _queues.JoinableQueue:
        """A queue with task_done() and join(). maxsize: how many items it holds at most.

        Anchor: multiprocessing.managers.SyncManager.Queue
        """
        self._check_running()
        return _queues.JoinableQueue(maxsize)

    def Pool(self, *args: Any, **kwds: Any) -> ThreadPool:
        """A pool of threads; `args` and `kwds` are those of `ThreadPool`.

        Anchor: multiprocessing.pool.ThreadPool
        """
        from ..pool import ThreadPool

        self._check_running()
        return ThreadPool(*args, **kwds)

    def Array(self, typecode: str, sequence: Iterable[Any]) -> array.array[Any]:
        """An array of the array module. typecode: its type. sequence: the values.

        Anchor: multiprocessing.managers.SyncManager.Array
        """
        self._check_running()
        return array.array(typecode, sequence)

    def Value(self, typecode: str, value: Any) -> Any:
        """An object with the attribute `value`. typecode: is only shown.

        Anchor: multiprocessing.managers.SyncManager.Value
        """
        self._check_running()
        return _Value(typecode, value)

    def dict(self, *args: Any, **kwds: Any) -> builtins.dict[Any, Any]:
        """A dict, made of the arguments `args` and `kwds`.

        Anchor: multiprocessing.managers.SyncManager.dict
        """
        self._check_running()
        return builtins.dict(*args, **kwds)

    def list(self, *args: Any) -> builtins.list[Any]:
        """A list, made of the arguments `args`.

        Anchor: multiprocessing.managers.SyncManager.list
        """
        self._check_running()
        return builtins.list(*args)

    def set(self, *args: Any) -> builtins.set[Any]:
        """A set, made of the arguments `args`.

        Anchor: multiprocessing.managers.SyncManager.set
        """
        self._check_running()
        return builtins.set(*args)

    def __enter__(self) -> SyncManager:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.shutdown()

    def _check_running(self) -> None:
        if not self._is_running:
            raise RuntimeError("the manager was shut down: it makes no more objects")


def Manager() -> SyncManager:
    """A manager whose objects are those of this process.

    Anchor: multiprocessing.Manager
    """
    return SyncManager()
