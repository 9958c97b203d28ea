"""The documentation's queues: Queue, JoinableQueue, SimpleQueue.

A queue is one local channel (see `_wire`) of which every process holds both ends. The kernel
keeps messages whole and in order for any number of readers and writers, so there is no lock
around a read or a write, and nobody who is killed takes one with him.

`put()` pickles at once: what can't be pickled raises in the caller. Then it hands the bytes to
the channel itself, without waiting, as long as the channel takes them and nothing older is
waiting. The feeder thread that the first `put()` starts has work only when the channel is full:
then it waits for readers, and `put()` doesn't.

At the end of a process: one that isn't the queue's creator waits until its feeder has handed
everything over. The creator doesn't, and ends with items unread, as the documentation has it;
until its children have been joined its feeder goes on serving them.
"""

from __future__ import annotations

import os
import queue
import sys
import threading
import time
import weakref
from collections import deque
from typing import Any, Callable, Deque, Iterator, List, Optional, Tuple

from ._ipc import channels, messages, one_way, reduction
from ._ipc.connections import Pipe
from ._os import descriptors, weak
from ._start import at_exit, method
from ._sync.conditions import Condition
from ._sync.locks import BoundedSemaphore, Semaphore, Shareable
from ._sync.semaphore import VALUE_MAX

__all__ = ["JoinableQueue", "Queue", "SimpleQueue"]

# Between taking an item and giving its slot back a consumer does nothing, so it has to be stopped
# in between to be taken for dead; then a queue holds one item more than it should for a while.
LOST_AFTER = 0.5
# How long somebody may wait in a bounded queue for the slots of those that are killed meanwhile.
_LOOK_AT_LEAST_EVERY = 4.0


class Queue(Shareable):
    """A queue of pickled objects for any number of processes that put and get.

    maxsize: how many objects it holds at most; zero or less: no limit.

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
        # Free slots. Taken by put(), given back by get(), in whatever processes.
        self._slots = slots
        self._closed = False
        self._feeder = _Feeder(writer)
        _queues.add(self)

    def put(self, obj: Any, block: bool = True, timeout: Optional[float] = None) -> None:
        """Pickle `obj` and put it into the queue.

        Waits for a free slot, up to `timeout` seconds, where None has no limit. Without `block`
        it doesn't wait, whatever the timeout. Raises queue.Full when there is none, ValueError
        when the queue is closed, and what pickle raises.

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
            # No descriptors left, say. Nothing was added.
            self._uncount_task()
            self._give_slot_back()
            raise

    def get(self, block: bool = True, timeout: Optional[float] = None) -> Any:
        """Remove an object from the queue and return it.

        Waits for one, up to `timeout` seconds, where None has no limit. Without `block` it
        doesn't wait, whatever the timeout. Raises queue.Empty when there is none, ValueError
        when the queue is closed.

        Anchor: multiprocessing.Queue.get
        """
        self._check_open()
        try:
            message = self._reader.receive(timeout=0)
        except BlockingIOError:
            message = self._wait_for_message(timeout if block else 0)
        self._give_slot_back()
        return messages.unpack(*message)

    def _wait_for_message(self, timeout: Optional[float]) -> channels.Message:
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

    def _wait_for_slot(self, timeout: Optional[float]) -> bool:
        for wait in self._waits(timeout):
            if self._slots.acquire(True, wait):
                return True
            if wait is None or wait < LOST_AFTER:
                continue
            if not self._reader.ready(0) and not self._reader.ready(LOST_AFTER):
                self._reclaim_slots()
        return False

    def _waits(self, timeout: Optional[float]) -> Iterator[Optional[float]]:
        """The parts of `timeout` after which to look for lost slots."""
        until = None if timeout is None else time.monotonic() + timeout
        wait = LOST_AFTER
        while until is None or time.monotonic() + wait < until:
            yield wait
            if until is None and self._maxsize == VALUE_MAX:
                # There are slots enough: only qsize() was wrong.
                yield None
            wait = min(2 * wait, _LOOK_AT_LEAST_EVERY)
        yield max(until - time.monotonic(), 0)

    def _give_slot_back(self) -> None:
        try:
            self._slots.release()
        except ValueError:
            # It had been taken for lost.
            pass

    def _reclaim_slots(self) -> None:
        """Called when the queue has been empty for so long that no slot can be in use: those that
        are missing went with consumers that were killed between an item and its slot.
        """
        for _ in range(self._maxsize - self._slots.get_value()):
            self._give_slot_back()

    def put_nowait(self, obj: Any) -> None:
        """put() without waiting.

        Anchor: multiprocessing.Queue.put_nowait
        """
        self.put(obj, False)

    def get_nowait(self) -> Any:
        """get() without waiting.

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
        """Say that this process will use the queue no more. Closing again does nothing.

        What was put is still handed over. Other processes aren't affected.

        Anchor: multiprocessing.Queue.close
        """
        if not self._closed:
            self._closed = True
            self._reader.close()
            self._feeder.close()

    def join_thread(self) -> None:
        """Wait until all that this process has put is handed over.

        Raises AssertionError before close().

        Anchor: multiprocessing.Queue.join_thread
        """
        if not self._closed:
            raise AssertionError("join_thread() of a queue that isn't closed: call close() first")
        self._feeder.join()

    def cancel_join_thread(self) -> None:
        """Neither wait in join_thread() nor at the end of the process; items may get lost.

        Anchor: multiprocessing.Queue.cancel_join_thread
        """
        self._feeder.cancel_join()

    def _count_task(self) -> None:
        """Told of every object that is about to be added."""

    def _uncount_task(self) -> None:
        """Told when it wasn't, after all."""

    def _check_open(self) -> None:
        if self._closed:
            raise ValueError(f"{type(self).__name__} {self!r} is closed")

    def __del__(self, is_finalizing: Callable[[], bool] = sys.is_finalizing) -> None:
        # At the end of the interpreter the feeder, stopped where it was, may hold what close()
        # would wait for; and all goes back to the system anyway. Bound early: `sys` may be gone.
        if not getattr(self, "_closed", True) and not is_finalizing():
            self.close()

    def __getstate__(self) -> Tuple[Any, ...]:
        self._check_handing_over()
        self._check_open()
        ends = [
            [reduction.DupFd(fd) for fd in end.descriptors()]
            for end in (self._reader, self._writer)
        ]
        return self._start_method, self._maxsize, self._creator, ends, self._slots

    def __setstate__(self, state: Tuple[Any, ...]) -> None:
        self._start_method, self._maxsize, self._creator, ends, slots = state
        reader, writer = ([fd.detach() for fd in end] for end in ends)
        self._bind(one_way.Reader(*reader), one_way.Writer(*writer), slots)

    def _after_fork_in_child(self) -> None:
        self._feeder.forget()
        self._feeder = _Feeder(self._writer)
        if self._closed:
            self._feeder.close()


class JoinableQueue(Queue):
    """A Queue that knows how many of its objects are still being worked on.

    Anchor: multiprocessing.JoinableQueue
    """

    def __init__(self, maxsize: int = 0, *, ctx: Any = None) -> None:
        super().__init__(maxsize, ctx=ctx)
        # Counts without a lock, which put() would have to wait for.
        self._unfinished = Semaphore(0, ctx=ctx)
        self._all_done = Condition(ctx=ctx)

    def _count_task(self) -> None:
        # Before the object can be taken: its task_done() must not come first.
        self._unfinished.release()

    def _uncount_task(self) -> None:
        self.task_done()

    def task_done(self) -> None:
        """Say that the work on an object that was got is complete.

        Raises ValueError when called more often than objects were put.

        Anchor: multiprocessing.JoinableQueue.task_done
        """
        # Under the lock, so that only those who joined before are told, and they just once.
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
            # Told is told: by the time that this process wakes up, more may have been put.
            if not self._unfinished.locked():
                self._all_done.wait()

    def __getstate__(self) -> Tuple[Any, ...]:
        return super().__getstate__(), self._unfinished, self._all_done

    def __setstate__(self, state: Tuple[Any, ...]) -> None:
        inherited, self._unfinished, self._all_done = state
        super().__setstate__(inherited)


class SimpleQueue(Shareable):
    """A queue that is little more than a pipe: put() waits while the pipe is full.

    Anchor: multiprocessing.SimpleQueue
    """

    def __init__(self, *, ctx: Any = None) -> None:
        self._start_method = method.of_context(ctx)
        self._reader, self._writer = Pipe(duplex=False)

    def put(self, item: Any) -> None:
        """Pickle `item` and put it into the queue.

        Raises OSError when the queue is closed, and what pickle raises.

        Anchor: multiprocessing.SimpleQueue.put
        """
        self._writer.send(item)

    def get(self) -> Any:
        """Wait for an object, remove it from the queue and return it.

        Raises OSError when the queue is closed.

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

    def __getstate__(self) -> Tuple[Any, ...]:
        self._check_handing_over()
        return self._start_method, self._reader, self._writer

    def __setstate__(self, state: Tuple[Any, ...]) -> None:
        self._start_method, self._reader, self._writer = state


class _Feeder:
    """Hands one process's messages to the channel, in their order.

    It knows the channel and not the queue, which may be collected while messages are waiting.
    """

    def __init__(self, channel: one_way.Writer) -> None:
        self._channel = channel
        # Reentrant: a signal handler or a finalizer that puts may interrupt a put().
        self._changed = threading.Condition(threading.RLock())
        self._waiting: Deque[Tuple[channels.Payload, List[int]]] = deque()
        self._thread: Optional[threading.Thread] = None
        self._closing = False
        self._join_cancelled = False
        self._exit_callback: Optional[at_exit.ExitCallback] = None

    def send(self, data: channels.Payload, fds: List[int], *, joined: bool) -> None:
        """Send now if the channel takes it, else leave it to the thread.

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
            if isinstance(data, channels.OutOfBandPickle):
                data = data.copied()
            self._waiting.append((data, messages.keep(fds)))
            self._changed.notify()

    def _start(self, joined: bool) -> bool:
        thread = threading.Thread(target=self._run, name="QueueFeederThread", daemon=True)
        try:
            thread.start()
        except RuntimeError:
            # The interpreter shuts down, or there are too many threads: send() has to wait.
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
            # Without the lock, but with the message still in its place: later ones queue up.
            try:
                self._channel.send(data, fds)
            except (BrokenPipeError, ConnectionResetError):
                # All readers are gone, this process's own with them: nobody can get anything.
                self._drop_waiting()
                continue
            except Exception:
                # No descriptors left, say. One message is lost, and the others are not.
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
        """Nothing more will come: the thread ends when everything is handed over."""
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
        """In a forked child: the messages are the parent's, and so is the thread."""
        for _, fds in self._waiting:
            descriptors.close_all(fds)


_queues: weakref.WeakSet[Queue] = weakref.WeakSet()


def _after_fork_in_child() -> None:
    for each in weak.living(_queues):
        each._after_fork_in_child()


os.register_at_fork(after_in_child=_after_fork_in_child)
