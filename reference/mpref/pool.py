"""The documentation's chapter "Process Pools".

These are the classes that programs use. `_pool.tasks` says what happens to a call,
`_pool.dispatcher` is the thread that hands out tasks, `_pool.worker` runs in a worker,
`_pool.threads` is the same with threads, and `_pool.results` are what the methods return.
"""

from __future__ import annotations

import functools
import itertools
import operator
import os
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any, Callable

from ._facade import present
from ._os import cpus
from ._pool.dispatcher import RUN, Dispatcher, not_the_owner
from ._pool.errors import MaybeEncodingError, RemoteTraceback, WorkerDied
from ._pool.results import AsyncResult, Callback, IMapIterator, IMapUnorderedIterator, MapResult
from ._pool.tasks import CALL, EACH, MAP, STARMAP, Slices, Stream, Task
from ._pool.threads import ThreadDispatcher
from ._start.processes import default_class

__all__ = [
    "AsyncResult",
    "MaybeEncodingError",
    "Pool",
    "RemoteTraceback",
    "ThreadPool",
    "WorkerDied",
]

present(
    __name__,
    AsyncResult,
    IMapIterator,
    IMapUnorderedIterator,
    MapResult,
    MaybeEncodingError,
    RemoteTraceback,
    WorkerDied,
)

# map() without a chunksize makes this many chunks for each worker. With fewer, all would wait for
# the worker whose items take longest; with more, there are more messages.
_CHUNKS_PER_WORKER = 4


class Pool:
    """A pool of worker processes that carry out tasks.

    processes: how many workers; None: one for each CPU that this process may use. initializer:
    called with `initargs` in every worker when it starts. maxtasksperchild: after so many tasks a
    worker ends and another one is started; None: never. context: whose processes the workers are;
    None: those of the start method in use.

    When a worker dies while it does a task, only that task fails, with WorkerDied, and another
    worker is started.

    Raises ValueError for a number below 1, TypeError for an initializer that isn't callable,
    OSError when the workers can't be started.

    Anchor: multiprocessing.pool.Pool
    """

    _dispatcher: Dispatcher | ThreadDispatcher

    def __init__(
        self,
        processes: int | None = None,
        initializer: Callable[..., Any] | None = None,
        initargs: Iterable[Any] = (),
        maxtasksperchild: int | None = None,
        context: Any = None,
    ) -> None:
        size = _size(processes)
        if maxtasksperchild is not None and (
            not isinstance(maxtasksperchild, int) or maxtasksperchild < 1
        ):
            raise ValueError(
                f"maxtasksperchild: expected a positive int or None, got {maxtasksperchild!r}"
            )
        _check_initializer(initializer)
        process_class = default_class() if context is None else context.Process
        self._dispatcher = Dispatcher(
            process_class, size, initializer, tuple(initargs), maxtasksperchild
        )

    def apply(
        self,
        func: Callable[..., Any],
        args: Iterable[Any] = (),
        kwds: Mapping[str, Any] = {},
    ) -> Any:
        """Call `func(*args, **kwds)` in a worker, wait for the result and return it.

        Raises what the call raised, StopIteration like any other exception; WorkerDied when its
        worker died; ValueError when the pool isn't running.

        Anchor: multiprocessing.pool.Pool.apply
        """
        return self.apply_async(func, args, kwds).get()

    def apply_async(
        self,
        func: Callable[..., Any],
        args: Iterable[Any] = (),
        kwds: Mapping[str, Any] = {},
        callback: Callback = None,
        error_callback: Callback = None,
    ) -> AsyncResult:
        """apply() that doesn't wait: calls `func(*args, **kwds)` in a worker.

        callback: called with the result. error_callback: called with the exception instead. Both
        run in the thread that handles all results, so they have to return at once.

        Raises ValueError when the pool isn't running.

        Anchor: multiprocessing.pool.Pool.apply_async
        """
        result = AsyncResult(self, callback, error_callback)
        self._dispatcher.submit(Task(result, CALL, func, (tuple(args), dict(kwds))))
        return result

    def map(
        self, func: Callable[[Any], Any], iterable: Iterable[Any], chunksize: int | None = None
    ) -> list[Any]:
        """A list of the results of `func` for the items of `iterable`, in their order.

        chunksize: how many items make one task; None: a number that gives each worker a few tasks.

        Raises what the first call that failed raised, when all tasks are done; TypeError for an
        iterable that is none; ValueError when the pool isn't running, or for a chunksize below 1.

        Anchor: multiprocessing.pool.Pool.map
        """
        return self.map_async(func, iterable, chunksize).get()  # type: ignore[no-any-return]

    def map_async(
        self,
        func: Callable[[Any], Any],
        iterable: Iterable[Any],
        chunksize: int | None = None,
        callback: Callback = None,
        error_callback: Callback = None,
    ) -> MapResult:
        """map() that doesn't wait.

        func, iterable, chunksize: those of `map`. callback, error_callback: those of `apply_async`.

        Raises ValueError when the pool isn't running, or for a chunksize below 1.

        Anchor: multiprocessing.pool.Pool.map_async
        """
        return self._map(MAP, func, iterable, chunksize, callback, error_callback)

    def starmap(
        self,
        func: Callable[..., Any],
        iterable: Iterable[Iterable[Any]],
        chunksize: int | None = None,
    ) -> list[Any]:
        """map() for items that are unpacked as arguments: calls `func(*item)`.

        func, iterable, chunksize: those of `map`. Raises what map() raises.

        Anchor: multiprocessing.pool.Pool.starmap
        """
        return self.starmap_async(func, iterable, chunksize).get()  # type: ignore[no-any-return]

    def starmap_async(
        self,
        func: Callable[..., Any],
        iterable: Iterable[Iterable[Any]],
        chunksize: int | None = None,
        callback: Callback = None,
        error_callback: Callback = None,
    ) -> MapResult:
        """starmap() that doesn't wait.

        func, iterable, chunksize: those of `map`. callback, error_callback: those of `apply_async`.

        Raises ValueError when the pool isn't running, or for a chunksize below 1.

        Anchor: multiprocessing.pool.Pool.starmap_async
        """
        return self._map(STARMAP, func, iterable, chunksize, callback, error_callback)

    def _map(
        self,
        how: int,
        func: Callable[..., Any],
        iterable: Iterable[Any],
        chunksize: int | None,
        callback: Callback,
        error_callback: Callback,
    ) -> MapResult:
        self._dispatcher.check_running()
        # What can't change meanwhile needs no copy, and chunks of a range are short messages.
        items: Sequence[Any] = iterable if isinstance(iterable, (range, tuple)) else list(iterable)
        if chunksize is None:
            chunksize = max(-(-len(items) // (self._dispatcher.size * _CHUNKS_PER_WORKER)), 1)
        chunksize = _checked_chunksize(chunksize)
        chunks = -(-len(items) // chunksize)
        result = MapResult(self, chunks, callback, error_callback)
        if chunks:
            self._dispatcher.add(Slices(result, how, func, items, chunksize))
        return result

    def imap(
        self,
        func: Callable[[Any], Any],
        iterable: Iterable[Any],
        chunksize: int = 1,
        *,
        buffersize: int | None = None,
    ) -> IMapIterator:
        """An iterator over the results of map(), in the order of the items.

        Its next() waits until the next result is there; it takes a timeout in seconds, and raises
        multiprocessing.TimeoutError. For a call that failed, next() raises what that raised, and
        the calls after it go on.

        func, iterable: those of `map`. chunksize: how many items make one task. buffersize: how
        many tasks may be submitted whose results weren't taken. None: a list, a tuple or a range is
        done to its end, whether anybody takes the results or not; another iterable, which may be
        endless, is read a few tasks ahead, as long as the results that nobody has taken are less
        than 2 MiB, or the pool is closed.

        Raises ValueError when the pool isn't running, or for a chunksize or buffersize below 1.

        Anchor: multiprocessing.pool.Pool.imap
        """
        results = IMapIterator(self, _check_buffersize(buffersize))
        self._imap(results, func, iterable, chunksize)
        return results

    def imap_unordered(
        self,
        func: Callable[[Any], Any],
        iterable: Iterable[Any],
        chunksize: int = 1,
        *,
        buffersize: int | None = None,
    ) -> IMapUnorderedIterator:
        """imap() whose results come in the order in which they are there.

        func, iterable, chunksize, buffersize: those of `imap`. Raises what imap() raises.

        Anchor: multiprocessing.pool.Pool.imap_unordered
        """
        results = IMapUnorderedIterator(self, _check_buffersize(buffersize))
        self._imap(results, func, iterable, chunksize)
        return results

    def _imap(
        self,
        results: IMapIterator,
        func: Callable[[Any], Any],
        iterable: Iterable[Any],
        chunksize: int,
    ) -> None:
        chunksize = _checked_chunksize(chunksize)
        dispatcher = self._dispatcher
        source: Slices | Stream
        if type(iterable) in (list, tuple, range):
            # These give their items without waiting, and have an end, so no thread is needed.
            source = Slices(results, EACH, func, iterable, chunksize)  # type: ignore[arg-type]
            results._limit(functools.partial(dispatcher.offer, source), is_endless=False)
            dispatcher.add(source)
            return
        # Any other iterable may wait, or never end, so it gets a thread of its own.
        chunks = _chunks(iterable, chunksize)
        source = Stream(results, func, chunks, dispatcher)
        results._limit(source.nudge, is_endless=True)
        dispatcher.add(source)
        try:
            source.start()
        except BaseException as error:
            source.fail(error)
            dispatcher.end(source)
            raise

    def close(self) -> None:
        """Take no more tasks. The workers end when all submitted tasks are done.

        Anchor: multiprocessing.pool.Pool.close
        """
        self._dispatcher.close()

    def terminate(self) -> None:
        """Stop the workers at once. The results of unfinished tasks raise RuntimeError.

        Anchor: multiprocessing.pool.Pool.terminate
        """
        self._dispatcher.terminate()

    def join(self) -> None:
        """Wait until the workers have ended. Raises ValueError before close() or terminate().

        Anchor: multiprocessing.pool.Pool.join
        """
        self._check_owner()
        if self._dispatcher.state == RUN:
            raise ValueError("the pool is still running: close() or terminate() it before join()")
        self._dispatcher.join()

    def __enter__(self) -> Pool:
        self._dispatcher.check_running()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.terminate()

    def __del__(self) -> None:
        dispatcher = getattr(self, "_dispatcher", None)
        if dispatcher is None or dispatcher.creator != os.getpid() or dispatcher.state != RUN:
            return
        warnings.warn(f"unclosed running pool {self!r}", ResourceWarning, source=self, stacklevel=2)
        # Without waiting, as a finalizer may run in any thread, in the middle of anything.
        dispatcher.terminate(wait=False)

    def __reduce__(self) -> Any:
        raise NotImplementedError("a pool can't be pickled: only its creator can use it")

    def __repr__(self) -> str:
        dispatcher = self._dispatcher
        counts = " ".join(f"{name}={count}" for name, count in dispatcher.counts().items())
        return (
            f"<{type(self).__name__} state={dispatcher.state} pool_size={dispatcher.size} {counts}>"
        )

    def _check_owner(self) -> None:
        if self._dispatcher.creator != os.getpid():
            raise not_the_owner(self._dispatcher.creator)


class ThreadPool(Pool):
    """A pool whose workers are threads of this process; nothing is pickled.

    processes: how many workers; None: one for each CPU that this process may use. initializer:
    called with `initargs` in every worker when it starts.

    A task that is running when the pool is terminated goes on, as threads can't be stopped. Its
    result raises RuntimeError then, too.

    Raises ValueError for a number below 1, TypeError for an initializer that isn't callable,
    RuntimeError when the threads can't be started.

    Anchor: multiprocessing.pool.ThreadPool
    """

    def __init__(
        self,
        processes: int | None = None,
        initializer: Callable[..., Any] | None = None,
        initargs: Iterable[Any] = (),
    ) -> None:
        size = _size(processes)
        _check_initializer(initializer)
        self._dispatcher = ThreadDispatcher(size, initializer, tuple(initargs))


def _size(processes: int | None) -> int:
    if processes is None:
        return cpus.usable()
    if processes < 1:
        raise ValueError(f"processes: expected at least 1, got {processes}")
    return processes


def _check_initializer(initializer: Callable[..., Any] | None) -> None:
    if initializer is not None and not callable(initializer):
        raise TypeError(f"initializer: expected a callable or None, got {initializer!r}")


def _check_buffersize(buffersize: int | None) -> int | None:
    if buffersize is not None and buffersize < 1:
        raise ValueError(f"buffersize: expected at least 1 or None, got {buffersize}")
    return buffersize


def _checked_chunksize(chunksize: int) -> int:
    size = operator.index(chunksize)
    if size < 1:
        raise ValueError(f"chunksize: expected at least 1, got {size}")
    return size


def _chunks(iterable: Iterable[Any], size: int) -> Iterator[list[Any]]:
    items = iter(iterable)
    return iter(lambda: list(itertools.islice(items, size)), [])
