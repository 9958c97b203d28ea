"""What the methods of a pool return: results that come later."""

from __future__ import annotations

import threading
import time
import traceback
from collections import deque
from typing import Any, Callable, Deque, Dict, List, Optional, Tuple

from ..exceptions import TimeoutError
from .worker import Outcome

__all__ = ["AsyncResult", "IMapIterator", "IMapUnorderedIterator", "MapResult"]

Callback = Optional[Callable[[Any], Any]]


class AsyncResult:
    """The result of a call that a pool does.

    Anchor: multiprocessing.pool.AsyncResult
    """

    def __init__(self, pool: Any, callback: Callback, error_callback: Callback) -> None:
        # Keeps a pool alive that nobody else refers to, until the result is there.
        self._pool = pool
        self._callback = callback
        self._error_callback = error_callback
        self._event = threading.Event()
        self._ok = False
        self._value: Any = None

    def get(self, timeout: Optional[float] = None) -> Any:
        """Wait for the result and return it, or raise what the call raised.

        Raises multiprocessing.TimeoutError when it doesn't come within `timeout` seconds.

        Anchor: multiprocessing.pool.AsyncResult.get
        """
        if not self._event.wait(timeout):
            raise TimeoutError(f"no result within {timeout} seconds")
        if self._ok:
            return self._value
        raise self._value

    def wait(self, timeout: Optional[float] = None) -> None:
        """Wait until the result is there or `timeout` seconds have passed.

        Anchor: multiprocessing.pool.AsyncResult.wait
        """
        self._event.wait(timeout)

    def ready(self) -> bool:
        """Whether the call has completed.

        Anchor: multiprocessing.pool.AsyncResult.ready
        """
        return self._event.is_set()

    def successful(self) -> bool:
        """Whether the call completed without raising. ValueError when it hasn't completed.

        Anchor: multiprocessing.pool.AsyncResult.successful
        """
        if not self.ready():
            raise ValueError("the result isn't ready: wait() for it first")
        return self._ok

    def _deliver(self, outcome: Outcome) -> None:
        self._ok, self._value = outcome.ok, outcome.unwrapped()
        callback = self._callback if self._ok else self._error_callback
        if callback is not None:
            try:
                callback(self._value)
            except Exception:
                # The thread that got here handles everybody's results.
                traceback.print_exc()
        self._callback = self._error_callback = None
        self._event.set()
        self._pool = None


class MapResult(AsyncResult):
    """The result of map(): complete when all chunks are."""

    def __init__(self, pool: Any, chunks: int, callback: Callback, errback: Callback) -> None:
        super().__init__(pool, callback, errback)
        self._chunks: List[Any] = [None] * chunks
        self._left = chunks
        self._error: Optional[Tuple[int, Outcome]] = None
        # Chunks that can't be pickled are delivered by the caller of map().
        self._lock = threading.Lock()
        if not chunks:
            self._deliver(Outcome(True, []))

    def _deliver_chunk(self, index: int, outcome: Outcome) -> None:
        with self._lock:
            if outcome.ok:
                self._chunks[index] = outcome.value
            elif self._error is None or index < self._error[0]:
                # Of several exceptions the one that the built-in map() would have met.
                self._error = index, outcome
            self._left -= 1
            if self._left:
                return
        if self._error is not None:
            self._deliver(self._error[1])
        else:
            self._deliver(Outcome(True, [value for chunk in self._chunks for value in chunk]))


class IMapIterator:
    """The results of imap(), in the order of the iterable, each as soon as it is there."""

    def __init__(self, pool: Any, buffersize: Optional[int] = None) -> None:
        self._pool = pool
        self._changed = threading.Condition()
        self._outcomes: Dict[int, List[Outcome]] = {}
        self._current: Deque[Outcome] = deque()
        self._taken = 0
        self._length: Optional[int] = None
        # Free places for tasks whose results weren't taken yet.
        self._places = threading.Semaphore(buffersize) if buffersize is not None else None

    def __iter__(self) -> IMapIterator:
        return self

    def __next__(self) -> Any:
        return self.next()

    def next(self, timeout: Optional[float] = None) -> Any:
        """The next result; raises what its call raised, and StopIteration after the last.

        Raises multiprocessing.TimeoutError when it doesn't come within `timeout` seconds.

        Anchor: multiprocessing.pool.Pool.imap
        """
        deadline = None if timeout is None else time.monotonic() + timeout
        with self._changed:
            while not self._current:
                if self._next_chunk():
                    continue
                if self._taken == self._length:
                    self._pool = None
                    raise StopIteration
                left = None if deadline is None else deadline - time.monotonic()
                if left is not None and left <= 0:
                    raise TimeoutError(f"no result within {timeout} seconds")
                self._changed.wait(left)
            outcome = self._current.popleft()
        value = outcome.unwrapped()
        if outcome.ok:
            return value
        raise value

    def _next_chunk(self) -> bool:
        chunk = self._outcomes.pop(self._key(), None)
        if chunk is None:
            return False
        self._current.extend(chunk)
        self._taken += 1
        if self._places is not None:
            self._places.release()
        return True

    def _key(self) -> int:
        return self._taken

    def _deliver_chunk(self, index: int, outcome: Outcome) -> None:
        # A task that failed as a whole, with its worker, say, has one outcome.
        with self._changed:
            self._outcomes[index] = outcome.value if outcome.ok else [outcome]
            self._changed.notify_all()

    def _end_at(self, length: int) -> None:
        with self._changed:
            self._length = length
            self._changed.notify_all()


class IMapUnorderedIterator(IMapIterator):
    """The results of imap_unordered(), in the order in which they come."""

    def _key(self) -> int:
        return next(iter(self._outcomes), -1)
