"""Queues between threads, with the methods that `multiprocessing` documents.

As between processes, `close()` closes a queue for the calling process only: those of other threads
can go on to put and get.
"""

from __future__ import annotations

import queue
import threading
import weakref
from typing import Any

from ._processes import Process, current_process
from .connection import handed_over

__all__ = ["JoinableQueue", "Queue", "SimpleQueue"]


class _Closable:
    def __init__(self) -> None:
        self._closed_by: weakref.WeakSet[Process] = weakref.WeakSet()

    def _is_closed(self) -> bool:
        return bool(self._closed_by) and current_process() in self._closed_by

    def close(self) -> None:
        self._closed_by.add(current_process())


class Queue(_Closable):
    """A queue of objects for any number of threads.

    maxsize: how many items it holds at most; zero or less: any number.

    Anchor: multiprocessing.Queue
    """

    def __init__(self, maxsize: int = 0) -> None:
        super().__init__()
        self._queue: queue.Queue[Any] = queue.Queue(maxsize)

    def put(self, obj: Any, block: bool = True, timeout: float | None = None) -> None:
        """Put `obj` into the queue.

        block: False does not wait until there is room, whatever the timeout. timeout: how many
        seconds to wait at most; None: without limit; a negative number counts as zero.

        Raises queue.Full when there is no room in time, ValueError when this process has closed the
        queue.

        Anchor: multiprocessing.Queue.put
        """
        self._check_open()
        self._queue.put(handed_over(obj), block, _not_negative(timeout))

    def get(self, block: bool = True, timeout: float | None = None) -> Any:
        """Remove an object from the queue and return it.

        block: False does not wait for an object, whatever the timeout. timeout: how many seconds to
        wait at most; None: without limit; a negative number counts as zero.

        Raises queue.Empty when there is no object in time, ValueError when this process has closed
        the queue.

        Anchor: multiprocessing.Queue.get
        """
        self._check_open()
        return self._queue.get(block, _not_negative(timeout))

    def put_nowait(self, obj: Any) -> None:
        """As put(obj, False). Raises queue.Full when there is no room for `obj`.

        Anchor: multiprocessing.Queue.put_nowait
        """
        self.put(obj, False)

    def get_nowait(self) -> Any:
        """As get(False). Raises queue.Empty when there is no object.

        Anchor: multiprocessing.Queue.get_nowait
        """
        return self.get(False)

    def qsize(self) -> int:
        """How many items are in the queue.

        Anchor: multiprocessing.Queue.qsize
        """
        return self._queue.qsize()

    def empty(self) -> bool:
        """Whether there is no item. Raises ValueError when this process has closed the queue.

        Anchor: multiprocessing.Queue.empty
        """
        self._check_open()
        return self._queue.empty()

    def full(self) -> bool:
        """Whether there is no room.

        Anchor: multiprocessing.Queue.full
        """
        return self._queue.full()

    def close(self) -> None:
        """Say that this process will not use the queue any more. Closing again does nothing.

        Anchor: multiprocessing.Queue.close
        """
        super().close()

    def join_thread(self) -> None:
        """Do nothing, as all that was put is in the queue. Raises AssertionError before close().

        Anchor: multiprocessing.Queue.join_thread
        """
        if not self._is_closed():
            raise AssertionError(f"{self!r} is not closed: close() it before join_thread()")

    def cancel_join_thread(self) -> None:
        """Do nothing, as there is nobody to wait for.

        Anchor: multiprocessing.Queue.cancel_join_thread
        """

    def _check_open(self) -> None:
        if self._is_closed():
            raise ValueError(f"{self!r} is closed")


class JoinableQueue(Queue):
    """A Queue that counts the objects on which the work is not done yet.

    maxsize: that of `Queue`.

    Anchor: multiprocessing.JoinableQueue
    """

    def task_done(self) -> None:
        """Say that the work on an object that get() has returned is done.

        Raises ValueError when called more often than objects were put.

        Anchor: multiprocessing.JoinableQueue.task_done
        """
        self._queue.task_done()

    def join(self) -> None:
        """Wait until task_done() was called for every item that was put.

        Anchor: multiprocessing.JoinableQueue.join
        """
        self._queue.join()


class SimpleQueue(_Closable):
    """A queue of any number of items with few methods.

    Anchor: multiprocessing.SimpleQueue
    """

    def __init__(self) -> None:
        super().__init__()
        self._queue: queue.SimpleQueue[Any] = queue.SimpleQueue()

    def put(self, obj: Any) -> None:
        """Put `obj` into the queue. Raises OSError when this process has closed it.

        Anchor: multiprocessing.SimpleQueue.put
        """
        self._check_open()
        self._queue.put(handed_over(obj))

    def get(self) -> Any:
        """Wait for an object and take it. Raises OSError when this process has closed the queue.

        Anchor: multiprocessing.SimpleQueue.get
        """
        self._check_open()
        return self._queue.get()

    def empty(self) -> bool:
        """Whether there is no item. Raises OSError when this process has closed the queue.

        Anchor: multiprocessing.SimpleQueue.empty
        """
        self._check_open()
        return self._queue.empty()

    def close(self) -> None:
        """Say that this process will not use the queue any more. Closing again does nothing.

        Anchor: multiprocessing.SimpleQueue.close
        """
        super().close()

    def _check_open(self) -> None:
        if self._is_closed():
            raise OSError("the queue is closed: expected an open one")


def _not_negative(timeout: float | None) -> float | None:
    return None if timeout is None else min(max(timeout, 0), threading.TIMEOUT_MAX)
