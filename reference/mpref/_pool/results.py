"""What the methods of a pool return: results that come later.

Methods that begin with an underscore are for the dispatcher, all others for the program.
"""

from __future__ import annotations

import contextlib
import itertools
import threading
import time
from collections import deque
from typing import Any, Callable, Optional

from ..exceptions import TimeoutError
from .errors import report, with_cause
from .tasks import Failure

__all__ = [
    "AsyncResult",
    "Callback",
    "IMapIterator",
    "IMapUnorderedIterator",
    "MapResult",
    "join_thread",
    "longest_wait",
]

Callback = Optional[Callable[[Any], Any]]

# How many bytes the results of an iterable that may be endless may take before they are asked for:
# the bytes of their messages, and this many more for each.
_UNTAKEN_BYTES = 2 * 1024 * 1024
_BESIDE_BYTES = 300


# A signal that arrives while the main thread gives up the interpreter's lock, on its way into
# Lock.acquire(), is noticed only when that returns: another thread that wants the interpreter makes
# this moment long. (Of 150 programs that were interrupted as soon as their pool had started, 3
# slept on, on CPython 3.11, 20 processes on 2 processors.) So the main thread looks up this often.
_LOOK_UP_SECONDS = 0.25


class _Waiters:
    """Threads that wait for a condition. Without such threads it has no cost."""

    __slots__ = ("_locks",)

    def __init__(self) -> None:
        self._locks: list[Any] = []

    def wait(self, is_so: Callable[[], Any], timeout: float | None) -> bool:
        """Wait until `is_so()` is true, at most `timeout` seconds. Returns whether it is."""
        if is_so():
            return True
        deadline = None if timeout is None else time.monotonic() + timeout
        longest = longest_wait()
        lock = threading.Lock()
        lock.acquire()
        self._locks.append(lock)
        while True:
            # Again, as another thread may have made it true before this lock was in the list.
            if is_so():
                return True
            left = longest
            if deadline is not None:
                left = min(longest, deadline - time.monotonic())
                if left <= 0:
                    with contextlib.suppress(ValueError):
                        self._locks.remove(lock)
                    return False
            if lock.acquire(True, left):
                self._locks.append(lock)

    def wake(self) -> None:
        """Have all waiting threads look again."""
        # The lock of one that was interrupted may still be in the list; that does no harm.
        locks = self._locks
        while locks:
            try:
                locks.pop().release()
            except (IndexError, RuntimeError):
                pass  # another thread has taken the lock from the list, or released it


def longest_wait() -> float:
    """How many seconds this thread may wait in one call."""
    if threading.current_thread() is threading.main_thread():
        return _LOOK_UP_SECONDS
    return threading.TIMEOUT_MAX


def join_thread(thread: threading.Thread, by_one: threading.Lock) -> None:
    """Wait until a thread has ended; `by_one` is held by who waits for it.

    When several threads join one with a timeout, PyPy 3.9 raises in one of them.
    """
    while not by_one.acquire(timeout=longest_wait()):
        pass
    try:
        while thread.is_alive():
            thread.join(longest_wait())
    finally:
        by_one.release()


class AsyncResult:
    """The result of a call that a pool carries out.

    pool: the pool. callback: a function that is called with the result, or None. error_callback:
    one that is called with the exception instead, or None.

    Anchor: multiprocessing.pool.AsyncResult
    """

    def __init__(self, pool: Any, callback: Callback, error_callback: Callback) -> None:
        # So that a pool which nobody else refers to is not collected before the result is there.
        self._pool = pool
        self._callback = callback
        self._error_callback = error_callback
        self._waiters = _Waiters()
        self._is_ready = False
        self._ok = False
        self._value: Any = None

    def get(self, timeout: float | None = None) -> Any:
        """Wait for the result and return it, or raise what the call raised.

        timeout: how many seconds to wait at most; None: without limit.

        Raises multiprocessing.TimeoutError when there is no result in time, WorkerDied when the
        worker died, MaybeEncodingError when the result could not be pickled.

        Anchor: multiprocessing.pool.AsyncResult.get
        """
        if not self._wait(timeout):
            raise TimeoutError(f"no result within {timeout} seconds")
        if self._ok:
            return self._value
        raise self._value

    def wait(self, timeout: float | None = None) -> None:
        """Wait until the result is there, or `timeout` seconds (None: no limit) have passed.

        Anchor: multiprocessing.pool.AsyncResult.wait
        """
        self._wait(timeout)

    def ready(self) -> bool:
        """Whether the call has completed.

        Anchor: multiprocessing.pool.AsyncResult.ready
        """
        return self._is_ready

    def successful(self) -> bool:
        """Whether the call completed without raising. Raises ValueError when it isn't complete.

        Anchor: multiprocessing.pool.AsyncResult.successful
        """
        if not self._is_ready:
            raise ValueError("the result isn't ready: wait() for it first")
        return self._ok

    def _wait(self, timeout: float | None) -> bool:
        if self._is_ready:
            return True
        _check_owner(self._pool)
        return self._waiters.wait(self.ready, timeout)

    def _deliver(self, index: int, ok: bool, value: Any, size: int) -> None:
        if self._is_ready:
            return
        self._ok, self._value = ok, value
        callback = self._callback if ok else self._error_callback
        if callback is not None:
            try:
                callback(value)
            except BaseException:
                # This thread handles all results, so it must not end.
                report()
        self._callback = self._error_callback = None
        self._is_ready = True
        self._waiters.wake()
        self._pool = None


class MapResult(AsyncResult):
    """The result of map(), which is complete when all chunks are."""

    def __init__(self, pool: Any, chunks: int, callback: Callback, errback: Callback) -> None:
        super().__init__(pool, callback, errback)
        self._count = chunks
        self._chunks: dict[int, list[Any]] = {}
        # Of several exceptions the first one, which is the one that built-in map() would raise.
        self._error: tuple[int, BaseException] | None = None
        if not chunks:
            super()._deliver(0, True, [], 0)

    def _deliver(self, index: int, ok: bool, value: Any, size: int) -> None:
        if self._is_ready:
            return
        if not ok and (self._error is None or index < self._error[0]):
            self._error = index, value
        self._chunks[index] = value if ok else []
        if len(self._chunks) == self._count:
            self._complete()

    def _complete(self) -> None:
        if self._error is not None:
            super()._deliver(0, False, self._error[1], 0)
        else:
            chunks = [self._chunks[index] for index in range(self._count)]
            super()._deliver(0, True, list(itertools.chain.from_iterable(chunks)), 0)
        self._chunks = {}

    def _has_place(self, index: int) -> bool:
        return True

    def _end_at(self, count: int, error: BaseException | None = None) -> None:
        if error is not None:
            # The pool was terminated, so the missing chunks will not be done.
            super()._deliver(0, False, error, 0)


class IMapIterator:
    """The results of imap(), in the order of the iterable, each as soon as it is there."""

    def __init__(self, pool: Any, buffersize: int | None = None) -> None:
        self._pool = pool
        self._buffersize = buffersize
        self._is_bounded = False
        self._waiters = _Waiters()
        # Held while a result is taken out: several threads may do so.
        self._taking = threading.Lock()
        self._current: deque[Any] = deque()
        self._chunks: dict[int, tuple[list[Any], int]] = {}
        self._taken = 0
        self._taken_bytes = 0
        self._come_bytes = 0
        self._length: int | None = None
        self._error: BaseException | None = None
        # Called when one more task may be submitted, as results were taken.
        self._on_place: Callable[[], Any] | None = None

    def __iter__(self) -> IMapIterator:
        return self

    def __next__(self) -> Any:
        return self.next()

    def next(self, timeout: float | None = None) -> Any:
        """The next result. Raises what its call raised, and StopIteration after the last one.

        timeout: how many seconds to wait at most; None: without limit. Raises
        multiprocessing.TimeoutError when there is no result in time.

        Anchor: multiprocessing.pool.Pool.imap
        """
        deadline = None if timeout is None else time.monotonic() + timeout
        _check_owner(self._pool)
        while True:
            with self._taking:
                if self._current or self._refill():
                    item = self._current.popleft()
                    break
                if self._length is not None and self._taken >= self._length:
                    self._finish()
            left = None if deadline is None else deadline - time.monotonic()
            if not self._waiters.wait(self._has_more, left):
                raise TimeoutError(f"no result within {timeout} seconds")
        if isinstance(item, Failure):
            raise with_cause(item.error, item.text)
        return item

    def _finish(self) -> None:
        error, self._error = self._error, None
        self._pool = self._on_place = None
        raise StopIteration if error is None else error

    def _refill(self) -> bool:
        """Take the next chunk that has come, if it has."""
        while not self._current:
            found = self._pop()
            if found is None:
                return False
            chunk, size = found
            self._taken += 1
            self._taken_bytes += size
            self._current.extend(chunk)
            if self._on_place is not None:
                self._on_place()
        return True

    def _has_more(self) -> bool:
        is_over = self._length is not None and self._taken >= self._length
        return is_over or bool(self._current) or self._has_come()

    def _deliver(self, index: int, ok: bool, value: Any, size: int) -> None:
        # A task that failed as a whole, for example as its worker died, has one outcome.
        size += _BESIDE_BYTES
        self._come_bytes += size
        self._put(index, value if ok else [Failure(value, "")], size)
        self._waiters.wake()

    def _limit(self, on_place: Callable[[], Any], is_endless: bool) -> None:
        """Call `on_place` when one more task may be submitted.

        is_endless: whether the results that nobody takes are bounded, as the iterable may be
        endless.
        """
        self._on_place = on_place
        self._is_bounded = is_endless

    def _unlimit(self) -> None:
        """Bound results no more, except by a buffersize, as the pool is closed."""
        self._is_bounded = False

    def _has_place(self, index: int) -> bool:
        """Whether one more task, with this `index`, may be submitted."""
        if self._buffersize is not None:
            return index - self._taken < self._buffersize
        return not self._is_bounded or self._come_bytes - self._taken_bytes < _UNTAKEN_BYTES

    def _end_at(self, length: int, error: BaseException | None = None) -> None:
        """Note that there are `length` tasks, and what next() raises after their results."""
        if self._length is None:
            self._error = error
            self._length = length
        self._waiters.wake()

    # How received chunks are kept: here by their index, until it is their turn.

    def _put(self, index: int, chunk: list[Any], size: int) -> None:
        if index >= self._taken:
            self._chunks[index] = chunk, size

    def _pop(self) -> tuple[list[Any], int] | None:
        return self._chunks.pop(self._taken, None)

    def _has_come(self) -> bool:
        return self._taken in self._chunks


class IMapUnorderedIterator(IMapIterator):
    """The results of imap_unordered(), in the order in which they come."""

    def __init__(self, pool: Any, buffersize: int | None = None) -> None:
        super().__init__(pool, buffersize)
        self._arrived: deque[tuple[list[Any], int]] = deque()

    def _put(self, index: int, chunk: list[Any], size: int) -> None:
        self._arrived.append((chunk, size))

    def _pop(self) -> tuple[list[Any], int] | None:
        return self._arrived.popleft() if self._arrived else None

    def _has_come(self) -> bool:
        return bool(self._arrived)


def _check_owner(pool: Any) -> None:
    # In a forked copy of the process nothing will ever come.
    if pool is not None:
        pool._check_owner()
