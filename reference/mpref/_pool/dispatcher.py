"""The thread that hands out a pool's tasks to its workers, and what it shares with other threads.

Each worker has a channel of its own, and the pool knows which tasks are in it. When a worker dies,
the task that it had begun fails, with an error that has the pid and the exit code. The tasks that
it had not begun are sent to another worker, and a new worker is started. So no other task is lost,
and no thread waits for a result that will not come.

When a worker may have one more task, and no task is waiting, the thread that submits a task sends
it. Otherwise the task waits until the dispatcher's thread has read the reply of a worker. That
thread waits for the pipe of the replies, the sentinels of the workers, and a pipe through which
other threads wake it up. Callbacks run in it, and it pickles and unpickles. Whatever these raise,
it goes on.

One lock protects the state that threads share. Nobody holds it while code of the program runs. But
in the main thread a signal handler may raise at any moment, also while it holds the lock. So a task
is sent in one step, after a note of it (`_sending`): the next thread that takes the lock completes
what an interrupted one has left half done.

The file is long as all its parts work on this one state.
"""

from __future__ import annotations

import contextlib
import gc
import os
import threading
import time
import weakref
from collections import deque
from typing import Any, Callable

from .._ipc import channels, messages, packets, payloads
from .._os import descriptors, weak
from .._start import at_exit
from . import ends
from .board import Board
from .errors import MaybeEncodingError, WorkerDied, describe, report, with_cause
from .results import join_thread
from .tasks import Failure, Slices, Source, Stream, Task, Waiting
from .watch import Watch
from .worker import FAILED, NOT_READY, PARTLY, READY
from .workers import Starter, Worker

__all__ = ["CLOSE", "RUN", "TERMINATE", "Dispatcher", "not_running", "not_the_owner"]

RUN, CLOSE, TERMINATE = "RUN", "CLOSE", "TERMINATE"

# In seconds. An idle Python process ends some 2 ms after SIGTERM, and 100 ms on a machine with ten
# times more work than processors. A worker that takes longer ignores the signal, and is killed.
_TERMINATION_SECONDS = 1.0
# When a worker can't be started (no memory, no descriptors), the next attempt is so many seconds
# later.
_RETRY_SECONDS = 0.5
# After an unforeseen exception the dispatcher pauses so many seconds, so as not to repeat it at
# full speed.
_PAUSE_SECONDS = 0.05
# After this many consecutive failed starts the pool is broken, unless a worker is ready: then it
# goes on with those that it has, and starts others at a slower pace. A worker that a signal ended
# counts for less, as others may have sent it: who kills workers at random kills some that start.
_FAILED_STARTS = 3
_KILLED_COUNTS = 0.15
# A message of up to this many bytes is sent in one step; see PacketChannel.post.
_SHORT = 16 * 1024
_POST_FLAGS = channels.DONTWAIT | channels.NOSIGNAL


def not_running(state: str) -> ValueError:
    return ValueError(f"Pool not running: it takes no more tasks, its state is {state}")


def not_the_owner(creator: int) -> RuntimeError:
    return RuntimeError(
        f"this pool belongs to process {creator}, and this is a forked copy of it, process "
        f"{os.getpid()}, which can't reach the workers: make a new pool in this process"
    )


class Dispatcher:
    """`size` workers. The constructor starts them, and raises OSError when it can't start all."""

    def __init__(
        self,
        process_class: Callable[..., Any],
        size: int,
        initializer: Callable[..., Any] | None,
        initargs: tuple[Any, ...],
        maxtasks: int | None,
    ) -> None:
        self.size = size
        self.state = RUN
        self.creator = os.getpid()
        self._maxtasks = maxtasks
        # Reentrant, as a finalizer may terminate the pool in the middle of any of these methods.
        self._lock = threading.RLock()
        self._joining = threading.Lock()
        self._waiting = Waiting()
        self._workers: list[Worker] = []
        self._by_place: dict[int, Worker] = {}
        # Ordered sets: ready workers without a task, and ready workers that may have one more.
        self._idle: dict[Worker, None] = {}
        self._roomy: dict[Worker, None] = {}
        self._sending: tuple[Worker, Task, int, list[int]] | None = None
        self._next_serial = 1
        self._inbox: deque[bytes] = deque()
        self._failed_starts = 0.0
        self._retry_at = 0.0
        self._broken: WorkerDied | None = None
        self._deadline: float | None = None
        self._watch = Watch()
        self._fds: list[int] = []
        self._board: Board | None = None
        _dispatchers.add(self)
        try:
            self._open()
            board = self._board = Board(size)
            self._starter = Starter(process_class, initializer, initargs, self._writer, board)
            for _ in range(size):
                self._start_worker()
            self._thread = threading.Thread(target=self._run, name="PoolDispatcher", daemon=True)
            self._thread.start()
        except BaseException:
            for worker in self._workers:
                worker.process.terminate()
                worker.process.join()
                worker.end.close()
            self.close_descriptors()
            raise
        self._exit_callback = at_exit.before_children(self.terminate)

    def _open(self) -> None:
        self._wakeup, self._waker = os.pipe()
        self._fds += self._wakeup, self._waker
        os.set_blocking(self._waker, False)
        self._replies, self._writer = packets.pair()
        self._fds += self._replies, self._writer

    def close_descriptors(self) -> None:
        """Called at the end, and in a forked child, as the workers belong to its parent."""
        fds, self._fds = self._fds, []
        descriptors.close_all(fds)
        if self._board is not None:
            self._board.close()

    # --- for other threads -----------------------------------------------------------------------

    def submit(self, task: Task) -> None:
        """Have a worker do a task. Raises ValueError when the pool takes no more."""
        self.check_running()
        if (self._idle or self._roomy) and not self._waiting:
            try:
                _pack(task)
            except Exception as error:
                task.fail(error)
                return
            with self._lock:
                self._finish_sending()
                self.check_running()
                if not self._waiting and self._broken is None and _is_short(task):
                    worker = self._pick(task)
                    if worker is not None and self._post(worker, task):
                        return
            _forget_descriptors(task)
        self.add(task)

    def add(self, source: Source) -> None:
        """Have workers do the tasks that come from a source, after those that are waiting."""
        self.check_running()
        with self._lock:
            self.check_running()
            broken = self._broken
            if broken is None:
                self._waiting.add(source)
                if isinstance(source, Slices):
                    # So that an empty sequence ends now, and not only when a worker has room.
                    source.peek()
                has_room = bool(self._idle or self._roomy)
        if broken is not None:
            source.fail(broken)
        elif has_room:
            self._wake()

    def offer(self, source: Source) -> None:
        """Look at a source again, which may have a task now."""
        with self._lock:
            if self.state == TERMINATE or self._broken is not None or source.is_over:
                return
            self._waiting.add(source)
        if self._idle or self._roomy:
            self._wake()

    def end(self, source: Stream) -> None:
        """Note that a stream has no more tasks."""
        with self._lock:
            self._waiting.forget_if_over(source)
        self._wake()

    def may_read(self, unsent: int) -> bool:
        """Whether a stream with so many unsent tasks should read one more."""
        return unsent < max(sum(worker.window for worker in list(self._workers)), 2 * self.size)

    def check_running(self) -> None:
        """Raise ValueError when the pool takes no more tasks.

        In a forked copy of the process RuntimeError, and that without the lock: somebody may have
        held it when the copy was made.
        """
        if self.creator != os.getpid():
            raise not_the_owner(self.creator)
        if self.state != RUN:
            raise not_running(self.state)

    def close(self) -> None:
        if self.creator != os.getpid():
            return
        with self._lock:
            if self.state == RUN:
                self.state = CLOSE
            self._waiting.hurry()
        self._wake()

    def terminate(self, wait: bool = True) -> None:
        if self.creator != os.getpid():
            return
        with self._lock:
            if self.state != TERMINATE:
                self.state = TERMINATE
                self._deadline = time.monotonic() + _TERMINATION_SECONDS
        self._wake()
        if wait:
            self.join()

    def join(self) -> None:
        if self.creator != os.getpid():
            raise not_the_owner(self.creator)
        if threading.current_thread() is not self._thread:
            join_thread(self._thread, self._joining)

    def counts(self) -> dict[str, int]:
        """The numbers of workers, of tasks that were sent to them, and of waiting tasks."""
        if self.creator != os.getpid():
            return {"creator": self.creator}
        with self._lock:
            workers = list(self._workers)
            waiting = self._waiting.count()
        under_way = sum(len(worker.sent) for worker in workers)
        return {"workers": len(workers), "under_way": under_way, "waiting": waiting}

    def _wake(self) -> None:
        # Does nothing when the pipe is full, as the thread wakes up then, and after the end.
        with contextlib.suppress(OSError), self._lock:
            if self._fds:
                os.write(self._waker, b"!")

    # --- sending; the lock is held ---------------------------------------------------------------

    def _pick(self, task: Task) -> Worker | None:
        """The worker that should get the task: an idle one, else one that may have one more."""
        if self._idle:
            return next(reversed(self._idle))
        if self._roomy and _is_short(task):
            return next(iter(self._roomy))
        return None

    def _post(self, worker: Worker, task: Task) -> bool:
        """Send a short task. Returns False when the channel has no room for it."""
        serial = self._next_serial
        self._next_serial = serial + 1
        data = b"".join((channels.INLINE, ends.SERIAL.pack(serial), task.packed[0]))
        sent: list[int] = []
        self._sending = worker, task, serial, sent
        task.serial = serial
        worker.sent[serial] = task
        try:
            sent.extend(map(worker.end.post, (data,), (_POST_FLAGS,)))
        except OSError:
            worker.window = max(len(worker.sent) - 1, 1)
        return self._finish_sending()

    def _finish_sending(self) -> bool:
        """Note in the state whether the last message was sent, also after an interruption."""
        sending = self._sending
        if sending is None:
            return True
        worker, task, serial, sent = sending
        if sent:
            task.packed = None
            worker.assigned += 1
        elif task.serial == serial:
            task.serial = 0
            worker.sent.pop(serial, None)
        self._sort(worker)
        self._sending = None
        return bool(sent)

    def _sort(self, worker: Worker) -> None:
        """Put a worker into the set in which `_pick` looks for it."""
        self._idle.pop(worker, None)
        self._roomy.pop(worker, None)
        if not worker.is_ready or worker.is_retired:
            return
        if self._maxtasks is not None and worker.assigned >= self._maxtasks:
            return
        if not worker.sent:
            self._idle[worker] = None
        elif len(worker.sent) < worker.window:
            self._roomy[worker] = None

    # --- the dispatcher --------------------------------------------------------------------------

    def _run(self) -> None:
        self._watch.add(self._wakeup, self._on_wakeup)
        self._watch.add(self._replies, self._on_replies)
        for worker in self._workers:
            self._watch_worker(worker)
        while True:
            try:
                self._settle()
                if self._is_over():
                    break
                for handler in self._watch.wait(self._patience()):
                    handler()
            except BaseException:
                # No memory, no descriptors, an error in this package. All results depend on this
                # thread, so it goes on.
                report()
                time.sleep(_PAUSE_SECONDS)
        self._exit_callback.cancel()
        with self._lock:
            self.close_descriptors()

    def _is_over(self) -> bool:
        # All workers may have ended while tasks are waiting, or a stream may have more.
        idle = self._broken is not None or self._waiting.is_over
        return not self._workers and (self.state == TERMINATE or (self.state == CLOSE and idle))

    def _patience(self) -> float | None:
        if self._deadline is not None:
            return max(self._deadline - time.monotonic(), 0)
        if self._wants_workers():
            return max(self._retry_at - time.monotonic(), 0)
        return None

    def _wants_workers(self) -> bool:
        return (
            self._broken is None
            and (self.state == RUN or not self._waiting.is_over)
            and self.state != TERMINATE
            and len(self._workers) < self.size
        )

    def _settle(self) -> None:
        """Start and retire workers, and hand out tasks, as the state demands."""
        if self.state == TERMINATE:
            self._give_up_all()
            return
        while self._wants_workers() and time.monotonic() >= self._retry_at:
            self._replace()
        self._feed()
        self._balance()
        if self.state == CLOSE and self._waiting.is_over:
            for worker in [worker for worker in self._workers if not worker.sent]:
                self._retire(worker)

    def _give_up_all(self) -> None:
        with self._lock:
            self._finish_sending()
            sources = self._waiting.take_all()
            for worker in self._workers:
                sources.extend(worker.sent.values())
                worker.sent.clear()
        is_late = self._deadline is not None and time.monotonic() >= self._deadline
        if is_late:
            self._deadline = None
        for worker in self._workers:
            if is_late:
                worker.process.kill()
            elif not worker.is_terminated:
                worker.is_terminated = True
                worker.process.terminate()
            self._retire(worker)
        for source in sources:
            source.fail(RuntimeError("the pool was terminated before this task was done"))

    def _on_wakeup(self) -> None:
        os.read(self._wakeup, 512)

    # --- tasks to workers

    def _feed(self) -> None:
        """Send waiting tasks to workers that may have one more."""
        while self._idle or self._roomy:
            with self._lock:
                self._finish_sending()
                task = self._waiting.peek()
            if task is None:
                return
            if task.packed is None:
                try:
                    _pack(task)
                except Exception as error:
                    task.fail(error)
                    continue
                except BaseException as error:
                    task.fail(MaybeEncodingError(describe(error), "the arguments of a task"))
                    continue
            if not self._send(task):
                _forget_descriptors(task)
                return

    def _send(self, task: Task) -> bool:
        """Send a task to a worker that may have one more. Returns False when there is none."""
        with self._lock:
            worker = self._pick(task)
            if worker is None or self.state == TERMINATE:
                return False
            if _is_short(task):
                return self._post(worker, task)
            serial = self._next_serial
            self._next_serial = serial + 1
            task.serial = serial
            worker.sent[serial] = task
            worker.assigned += 1
            self._sort(worker)
        payload, fds = task.packed
        task.packed = None
        try:
            worker.end.send(_numbered(serial, payload), fds, channels.DONTWAIT)
        except Exception as error:
            with self._lock:
                worker.sent.pop(serial, None)
                worker.assigned -= 1
                self._sort(worker)
            # For example because no descriptors or no memory are left.
            task.fail(error)
        return True

    def _balance(self) -> None:
        """Take tasks that busy workers have not received yet, for idle workers."""
        while self._idle and not self._waiting and self.state != TERMINATE:
            behind = [worker for worker in self._workers if len(worker.sent) > 1]
            if not any(self._move_from(worker) for worker in behind):
                return

    def _move_from(self, busy: Worker) -> bool:
        try:
            payload: Any = busy.end.take_back(flags=channels.DONTWAIT)[0]
        except (BlockingIOError, EOFError):
            return False  # it has received all its tasks
        (serial,) = ends.SERIAL.unpack_from(payload)
        with self._lock:
            task = busy.sent.pop(serial)
            busy.assigned -= 1
            task.serial = 0
            task.packed = payload[ends.SERIAL.size :], []
            self._sort(busy)
            self._waiting.put_back([task])
        self._feed()
        return True

    # --- replies from workers

    def _on_replies(self) -> None:
        packets.take(self._replies, self._inbox)
        while self._inbox:
            self._on_reply(self._inbox.popleft())

    def _on_reply(self, packet: bytes) -> None:
        place, serial, micros, kind = ends.HEADER.unpack_from(packet)
        worker = self._by_place[place]
        if kind == READY:
            self._failed_starts = 0.0
            with self._lock:
                worker.is_ready = True
                self._sort(worker)
            return
        payload: Any = packet[ends.HEADER.size :]
        fds: list[int] = []
        error: Exception | None = None
        if kind & ends.IN_CHANNEL:
            try:
                payload, fds = worker.end.receive(flags=channels.DONTWAIT)
            except Exception as failure:
                # No descriptors or no memory are left. Only this result is lost.
                error = failure
        if kind & ~ends.IN_CHANNEL == NOT_READY:
            worker.failure = error or _unpack(FAILED, payload, fds)[1]
            return
        with self._lock:
            self._finish_sending()
            task = worker.sent.pop(serial, None)
            worker.note_time(micros)
            self._sort(worker)
        if worker.assigned == self._maxtasks and not worker.sent:
            self._retire(worker)
        if task is None:
            descriptors.close_all(fds)  # the pool was terminated
        elif error is not None:
            task.fail(error)
        else:
            task.resolve(*_unpack(kind & ~ends.IN_CHANNEL, payload, fds), len(payload))

    # --- the beginning and the end of workers

    def _start_worker(self) -> Worker:
        worker = self._starter.start_worker()
        with self._lock:
            self._workers.append(worker)
            self._by_place[worker.place] = worker
        return worker

    def _replace(self) -> None:
        try:
            self._watch_worker(self._start_worker())
        except Exception:
            # Ended workers keep descriptors until they are collected.
            gc.collect()
            if not self._workers:
                report()
            self._retry_at = time.monotonic() + _RETRY_SECONDS

    def _watch_worker(self, worker: Worker) -> None:
        self._watch.add(worker.process.sentinel, lambda: self._on_end(worker))

    def _retire(self, worker: Worker) -> None:
        """Send a worker no more tasks, so that it ends when it has done those that it has."""
        with self._lock:
            if not worker.is_retired:
                worker.is_retired = True
                self._sort(worker)
                worker.end.hang_up()

    def _on_end(self, worker: Worker) -> None:
        # The replies that it sent before it died are valid.
        while True:
            packets.take(self._replies, self._inbox)
            if not self._inbox:
                break
            self._on_replies()
        self._watch.remove(worker.process.sentinel)
        worker.process.join()
        with self._lock:
            self._finish_sending()
            worker.is_retired = True
            self._sort(worker)
            self._workers.remove(worker)
            del self._by_place[worker.place]
            lost = worker.sent.pop(self._begun_by(worker), None)
            self._waiting.put_back(list(worker.sent.values()))
            worker.sent.clear()
        self._starter.end_worker(worker)
        pid, exitcode = worker.process.pid, worker.process.exitcode
        if lost is not None:
            lost.fail(WorkerDied(f"worker process {pid} died with exit code {exitcode}"))
        if not worker.is_ready and self.state != TERMINATE:
            self._failed_starts += 1 if (exitcode or 0) >= 0 else _KILLED_COUNTS
            if self._failed_starts >= max(_FAILED_STARTS, self.size):
                self._retry_at = time.monotonic() + _RETRY_SECONDS
                if not any(other.is_ready for other in self._workers):
                    self._give_up(worker)

    def _begun_by(self, worker: Worker) -> int:
        assert self._board is not None
        return self._board.words[worker.place]

    def _give_up(self, last: Worker) -> None:
        """Fail all tasks, as no worker gets ready."""
        failure = last.failure
        error = WorkerDied(
            "all of the last workers died before they were ready for tasks; the last one, "
            f"process {last.process.pid}, with exit code {last.process.exitcode}"
            + ("" if failure is None else f": its initializer raised {describe(failure)}")
        )
        error.__cause__ = failure
        with self._lock:
            self._broken = error
            sources = self._waiting.take_all()
        for source in sources:
            source.fail(error)


def _pack(task: Task) -> None:
    """Make the message of a task. Raises whatever pickling raises."""
    task.packed = messages.pack_apart((task.how, task.function, task.given))


def _is_short(task: Task) -> bool:
    payload, fds = task.packed
    return not fds and not isinstance(payload, payloads.OutOfBandPickle) and len(payload) <= _SHORT


def _forget_descriptors(task: Task) -> None:
    # They belong to the pickled objects, which may close them before the task is sent.
    if task.packed is not None and task.packed[1]:
        task.packed = None


def _numbered(serial: int, payload: payloads.Payload) -> payloads.Payload:
    number = ends.SERIAL.pack(serial)
    if isinstance(payload, payloads.OutOfBandPickle):
        return payloads.OutOfBandPickle(number + payload.pickle, payload.buffers)
    return number + payload


def _unpack(kind: int, payload: Any, fds: list[int]) -> tuple[bool, Any]:
    """Whether a task has succeeded, and its result or exception."""
    try:
        found = messages.unpack(payload, fds)
        if kind == FAILED:
            return False, with_cause(*found)
        if kind == PARTLY:
            found = [value if ok else Failure(*messages.unpack(value, [])) for ok, value in found]
        return True, found
    except Exception as error:
        return False, error
    except BaseException as error:
        # For example SystemExit from a class that is unpickled. Raised by get(), it would end the
        # thread that calls get().
        return False, MaybeEncodingError(describe(error), "a result that can't be unpickled")


_dispatchers: weakref.WeakSet[Dispatcher] = weakref.WeakSet()


def _after_fork_in_child() -> None:
    for dispatcher in weak.living(_dispatchers):
        dispatcher.close_descriptors()
    _dispatchers.clear()


os.register_at_fork(after_in_child=_after_fork_in_child)
