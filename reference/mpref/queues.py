"""The documentation's queues: Queue, JoinableQueue, SimpleQueue.

A queue is one channel (see `_ipc.one_way`), and every process that uses it has both ends. The
kernel keeps messages whole and in order for any number of readers and writers. So there is no lock
around a read or a write, and a process that is killed can't keep one.

`put()` pickles at once, so that what can't be pickled raises in the caller. Then it sends the bytes
itself, as long as the channel has room and no older message is waiting. The first `put()` starts a
feeder thread, which has work only when the channel is full: then the feeder waits for readers, and
`put()` does not.

When a process ends that did not create the queue, it waits until its feeder has sent everything.
The creator does not wait, and may end while items are unread, as the documentation says. Until its
children are joined, its feeder goes on sending.

The file is long because the three documented classes are for the most part docstrings, and share
the feeder and the rules about lost slots.
"""

from __future__ import annotations

import os
import queue
import sys
import threading
import time
import weakref
from collections import deque
from collections.abc import Iterator
from typing import Any, Callable

from ._ipc import channels, messages, one_way, payloads, reduction
from ._ipc.connections import Pipe
from ._os import descriptors, weak
from ._start import at_exit, method
from ._sync.conditions import Condition
from ._sync.locks import BoundedSemaphore, Semaphore, Shareable
from ._sync.semaphore import VALUE_MAX

__all__ = ["JoinableQueue", "Queue", "SimpleQueue"]

# In seconds. When the queue was empty for this long, and slots are missing, they are taken for
# lost: a consumer was killed between taking an item and releasing its slot. It does nothing else in
# between. If it was only stopped there, the queue holds one item more than its maximum for a while.
LOST_AFTER = 0.5
# A waiter looks for lost slots at growing intervals, at most this many seconds apart.
_LOOK_AT_LEAST_EVERY = 4.0


class Queue(Shareable):
    """A queue of pickled objects for any number of processes that put and get.

    maxsize: how many objects it holds at most; zero or less: no limit. ctx: the context whose start
    method it is for; None: the start method in use.

    Raises TypeError for a maxsize that is no number, OSError when no descriptors are left.

    Anchor: multiprocessing.Queue
    """

    def __init__(self, maxsize: int = 0, *, ctx: Any = None) -> None:
        self._start_method = method.of_context(ctx)
        self._maxsize = maxsize if 0 < maxsize <= VALUE_MAX else VALUE_MAX
        self._creator = os.getpid()
        self._bind(*one_way.pair(), BoundedSemaphore(self._maxsize, ctx=ctx))

    def _bind(
        self, reader: one_way.Reader, writer: one_way.Writer, slots: BoundedSemaphore
    ) -> None:
        self._reader = reader
        self._writer = writer
        # Counts the free slots: put() acquires it, get() releases it, in any of the processes.
        self._slots = slots
        self._closed = False
        self._feeder = _Feeder(writer)
        _queues.add(self)

    def put(self, obj: Any, block: bool = True, timeout: float | None = None) -> None:
        """Pickle `obj` and put it into the queue.

        block: False does not wait for a free slot, whatever the timeout. timeout: how many seconds
        to wait for one at most; None: without limit.

        Raises queue.Full when there is no free slot in time, ValueError when the queue is closed,
        and what pickling `obj` raises.

        Anchor: multiprocessing.Queue.put
        """
        self._check_open()
        data, fds = messages.pack_apart(obj)
        if not self._slots.acquire(False) and not (block and self._wait_for_slot(timeout)):
            raise queue.Full
        self._count_task()
        try:
            self._feeder.send(data, fds, joined=os.getpid() != self._creator)
        except BaseException:
            # For example because no descriptors are left. Nothing was added.
            self._uncount_task()
            self._give_slot_back()
            raise

    def get(self, block: bool = True, timeout: float | None = None) -> Any:
        """Remove an object from the queue and return it.

        block: False does not wait for an object, whatever the timeout. timeout: how many seconds to
        wait for one at most; None: without limit.

        Raises queue.Empty when there is no object in time, ValueError when the queue is closed, and
        what unpickling the object raises.

        Anchor: multiprocessing.Queue.get
        """
        self._check_open()
        try:
            message = self._reader.receive(timeout=0)
        except BlockingIOError:
            message = self._wait_for_message(timeout if block else 0)
        self._give_slot_back()
        return messages.unpack(*message)

    def _wait_for_message(self, timeout: float | None) -> channels.Message:
        for wait in self._waits(timeout):
            if self._reader.ready(wait):
                try:
                    return self._reader.receive(timeout=0)
                except BlockingIOError:
                    # Another reader was faster.
                    pass
            elif wait is not None and wait >= LOST_AFTER:
                self._reclaim_slots()
        raise queue.Empty

    def _wait_for_slot(self, timeout: float | None) -> bool:
        for wait in self._waits(timeout):
            if self._slots.acquire(True, wait):
                return True
            if wait is None or wait < LOST_AFTER:
                continue
            if not self._reader.ready(0) and not self._reader.ready(LOST_AFTER):
                self._reclaim_slots()
        return False

    def _waits(self, timeout: float | None) -> Iterator[float | None]:
        """Divides `timeout` into the parts after each of which a waiter looks for lost slots."""
        until = None if timeout is None else time.monotonic() + timeout
        wait = LOST_AFTER
        while until is None or time.monotonic() + wait < until:
            yield wait
            if until is None and self._maxsize == VALUE_MAX:
                # A queue without a maximum always has free slots: lost ones only make qsize()
                # wrong.
                yield None
            wait = min(2 * wait, _LOOK_AT_LEAST_EVERY)
        yield max(until - time.monotonic(), 0)

    def _give_slot_back(self) -> None:
        try:
            self._slots.release()
        except ValueError:
            # Somebody has taken this slot for lost, and released it already.
            pass

    def _reclaim_slots(self) -> None:
        """Release the missing slots of a queue that was empty for LOST_AFTER.

        No item has them, so they are those of consumers that were killed.
        """
        for _ in range(self._maxsize - self._slots.get_value()):
            self._give_slot_back()

    def put_nowait(self, obj: Any) -> None:
        """As put(obj, False): put `obj` into the queue without waiting for a free slot.

        Raises queue.Full when there is none, and what else put() raises.

        Anchor: multiprocessing.Queue.put_nowait
        """
        self.put(obj, False)

    def get_nowait(self) -> Any:
        """As get(False): remove an object from the queue without waiting for one.

        Raises queue.Empty when there is none, and what else get() raises.

        Anchor: multiprocessing.Queue.get_nowait
        """
        return self.get(False)

    def qsize(self) -> int:
        """How many objects are in the queue, at some moment between call and return.

        Anchor: multiprocessing.Queue.qsize
        """
        return self._maxsize - self._slots.get_value()

    def empty(self) -> bool:
        """Whether there was nothing to get. Raises OSError when the queue is closed.

        Anchor: multiprocessing.Queue.empty
        """
        if self._closed:
            raise OSError("the queue is closed: expected an open one")
        return not self._reader.ready(0)

    def full(self) -> bool:
        """Whether there was no free slot.

        Anchor: multiprocessing.Queue.full
        """
        return self._slots.locked()

    def close(self) -> None:
        """Say that this process will not use the queue any more. Closing again does nothing.

        What was put is still sent. Other processes aren't affected.

        Anchor: multiprocessing.Queue.close
        """
        if not self._closed:
            self._closed = True
            self._reader.close()
            self._feeder.close()

    def join_thread(self) -> None:
        """Wait until the feeder thread has sent all that this process has put.

        Raises AssertionError before close().

        Anchor: multiprocessing.Queue.join_thread
        """
        if not self._closed:
            raise AssertionError("join_thread() of a queue that isn't closed: call close() first")
        self._feeder.join()

    def cancel_join_thread(self) -> None:
        """Do not wait in join_thread() nor at the end of the process. Items may get lost.

        Anchor: multiprocessing.Queue.cancel_join_thread
        """
        self._feeder.cancel_join()

    def _count_task(self) -> None:
        """Called before an object is added."""

    def _uncount_task(self) -> None:
        """Called when the object could not be added after all."""

    def _check_open(self) -> None:
        if self._closed:
            raise ValueError(f"{type(self).__name__} {self!r} is closed")

    def __del__(self, is_finalizing: Callable[[], bool] = sys.is_finalizing) -> None:
        # Not at the end of the interpreter: the feeder was stopped there and may hold a lock that
        # close() would wait for, and the system closes everything anyway. `sys` may be gone then,
        # so the function was bound when this one was defined.
        if not getattr(self, "_closed", True) and not is_finalizing():
            self.close()

    def __getstate__(self) -> tuple[Any, ...]:
        self._check_handing_over()
        self._check_open()
        ends = [
            [reduction.DupFd(fd) for fd in end.descriptors()]
            for end in (self._reader, self._writer)
        ]
        return self._start_method, self._maxsize, self._creator, ends, self._slots

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self._start_method, self._maxsize, self._creator, ends, slots = state
        reader, writer = ([fd.detach() for fd in end] for end in ends)
        self._bind(one_way.Reader(*reader), one_way.Writer(*writer), slots)

    def _after_fork_in_child(self) -> None:
        self._feeder.forget()
        self._feeder = _Feeder(self._writer)
        if self._closed:
            self._feeder.close()


class JoinableQueue(Queue):
    """A Queue that counts the objects on which the work is not done yet.

    maxsize, ctx: those of `Queue`. Raises what `Queue` raises.

    Anchor: multiprocessing.JoinableQueue
    """

    def __init__(self, maxsize: int = 0, *, ctx: Any = None) -> None:
        super().__init__(maxsize, ctx=ctx)
        # A semaphore, as it counts without a lock that put() would have to wait for.
        self._unfinished = Semaphore(0, ctx=ctx)
        self._all_done = Condition(ctx=ctx)

    def _count_task(self) -> None:
        # Before the object can be taken, as its task_done() must not come first.
        self._unfinished.release()

    def _uncount_task(self) -> None:
        self.task_done()

    def task_done(self) -> None:
        """Say that the work on an object that get() has returned is done.

        Raises ValueError when called more often than objects were put.

        Anchor: multiprocessing.JoinableQueue.task_done
        """
        # Under the lock, so that it wakes all who have called join() before, and nobody else.
        with self._all_done:
            if not self._unfinished.acquire(False):
                raise ValueError("task_done() was called more often than objects were put")
            if self._unfinished.locked():
                self._all_done.notify_all()

    def join(self) -> None:
        """Wait until task_done() was called for every object that was put.

        Anchor: multiprocessing.JoinableQueue.join
        """
        with self._all_done:
            # The count is not checked again: more may have been put since the notification.
            if not self._unfinished.locked():
                self._all_done.wait()

    def __getstate__(self) -> tuple[Any, ...]:
        return super().__getstate__(), self._unfinished, self._all_done

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        inherited, self._unfinished, self._all_done = state
        super().__setstate__(inherited)


class SimpleQueue(Shareable):
    """A queue that is little more than a pipe: put() waits while the pipe is full.

    ctx: the context whose start method it is for; None: the start method in use. Raises OSError
    when no descriptors are left.

    Anchor: multiprocessing.SimpleQueue
    """

    def __init__(self, *, ctx: Any = None) -> None:
        self._start_method = method.of_context(ctx)
        self._reader, self._writer = Pipe(duplex=False)

    def put(self, item: Any) -> None:
        """Pickle `item` and put it into the queue.

        Raises OSError when the queue is closed, and what pickling `item` raises.

        Anchor: multiprocessing.SimpleQueue.put
        """
        self._writer.send(item)

    def get(self) -> Any:
        """Wait for an object, remove it from the queue and return it.

        Raises OSError when the queue is closed, and what unpickling the object raises.

        Anchor: multiprocessing.SimpleQueue.get
        """
        return self._reader.recv()

    def empty(self) -> bool:
        """Whether there was nothing to get. Raises OSError when the queue is closed.

        Anchor: multiprocessing.SimpleQueue.empty
        """
        return not self._reader.poll()

    def close(self) -> None:
        """Give back the queue's resources in this process. Closing again does nothing.

        Anchor: multiprocessing.SimpleQueue.close
        """
        self._reader.close()
        self._writer.close()

    def __getstate__(self) -> tuple[Any, ...]:
        self._check_handing_over()
        return self._start_method, self._reader, self._writer

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self._start_method, self._reader, self._writer = state


class _Feeder:
    """Sends the messages of one process into the channel, in their order.

    It has no reference to the queue, which may be collected while messages are waiting.
    """

    def __init__(self, channel: one_way.Writer) -> None:
        self._channel = channel
        # Reentrant, as a signal handler or a finalizer may call put() in the middle of a put().
        self._changed = threading.Condition(threading.RLock())
        self._waiting: deque[tuple[payloads.Payload, list[int]]] = deque()
        self._thread: threading.Thread | None = None
        self._closing = False
        self._join_cancelled = False
        self._exit_callback: at_exit.ExitCallback | None = None

    def send(self, data: payloads.Payload, fds: list[int], *, joined: bool) -> None:
        """Send a message now if the channel has room, else leave it to the thread.

        joined: whether the process waits for the thread at its end.
        """
        with self._changed:
            has_thread = self._thread is not None or self._start(joined)
            if not self._waiting:
                try:
                    self._channel.send(data, fds, channels.DONTWAIT if has_thread else 0)
                    return
                except BlockingIOError:
                    pass
            if isinstance(data, payloads.OutOfBandPickle):
                data = data.copied()
            self._waiting.append((data, messages.keep(fds)))
            self._changed.notify()

    def _start(self, joined: bool) -> bool:
        thread = threading.Thread(target=self._run, name="QueueFeederThread", daemon=True)
        try:
            thread.start()
        except RuntimeError:
            # The interpreter is shutting down, or there are too many threads: send() has to wait.
            return False
        self._thread = thread
        if joined and not self._join_cancelled:
            self._exit_callback = at_exit.after_children(self._finish)
        return True

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._waiting:
                    if self._closing:
                        self._channel.close()
                        return
                    self._changed.wait()
                data, fds = self._waiting[0]
            # Without the lock. The message stays first in the line, so that later ones wait behind
            # it.
            try:
                self._channel.send(data, fds)
            except (BrokenPipeError, ConnectionResetError):
                # No process has the reading end any more, so nobody can get the messages.
                self._drop_waiting()
                continue
            except Exception:
                # For example because no descriptors are left. Only this message is lost.
                import traceback  # slow to import

                traceback.print_exc()
            with self._changed:
                self._waiting.popleft()
            descriptors.close_all(fds)

    def _drop_waiting(self) -> None:
        with self._changed:
            for _, fds in self._waiting:
                descriptors.close_all(fds)
            self._waiting.clear()

    def close(self) -> None:
        """End the thread as soon as it has sent everything; nothing more may be sent."""
        with self._changed:
            self._closing = True
            if self._thread is None:
                self._channel.close()
            self._changed.notify()

    def join(self) -> None:
        if self._thread is not None and not self._join_cancelled:
            self._thread.join()
            if self._exit_callback is not None:
                self._exit_callback.cancel()

    def cancel_join(self) -> None:
        self._join_cancelled = True
        if self._exit_callback is not None:
            self._exit_callback.cancel()

    def _finish(self) -> None:
        self.close()
        self.join()

    def forget(self) -> None:
        """In a forked child: drop the messages, which the parent's thread sends."""
        for _, fds in self._waiting:
            descriptors.close_all(fds)


_queues: weakref.WeakSet[Queue] = weakref.WeakSet()


def _after_fork_in_child() -> None:
    for each in weak.living(_queues):
        each._after_fork_in_child()


os.register_at_fork(after_in_child=_after_fork_in_child)
