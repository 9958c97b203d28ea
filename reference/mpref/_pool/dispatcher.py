"""The workers of a pool, and the thread that deals with them.

Each worker has a channel of its own and one task at a time. So the pool knows what a worker was
doing when it dies: that task fails, with an error that says which process died of what, all
others go on, and a new worker takes the place.

A task goes out from the thread that submits it when a worker is idle, else from the dispatcher,
the crew's thread, when a worker has sent a result. The dispatcher waits for three kinds of
descriptors: the channels, the workers' sentinels, and a pipe on which others wake it up. Callbacks
run in it. What is shared with other threads is guarded by one lock, which nobody holds while
calling foreign code.

Ends of the channels must not survive in forked children, who would keep a worker waiting that
its pool has left. So from the making of a channel to the start of its worker no other thread may
fork (`_gate`), and every forked child closes what belongs to its parent's crews.

The file is longer than most: it is one state behind one lock, and its parts are only understood
together.
"""

from __future__ import annotations

import contextlib
import os
import select
import threading
import time
import traceback
import weakref
from collections import deque
from typing import Any, Callable, Deque, Dict, List, Optional, Tuple

from .._ipc import channels, messages
from .._ipc.connections import Connection
from .._os import descriptors, weak
from .._start import at_exit
from ..exceptions import ProcessError
from .worker import READY, Outcome, work

__all__ = ["Dispatcher", "Task", "WorkerDied"]

Deliver = Callable[[Outcome], Any]

RUN, CLOSE, TERMINATE = "RUN", "CLOSE", "TERMINATE"

# Between SIGTERM and the end of an idle Python process lie some 2 ms, and 100 ms on a machine with
# ten times more work than processors. What takes longer ignores the signal, and is killed.
_TERMINATION_SECONDS = 1.0
# Workers that couldn't be started (no memory, no descriptors) are tried again after this long.
_RETRY_SECONDS = 0.5
# So many workers in a row that die before their initializer has returned, and no other will fare
# better. One alone may have been killed.
_MOST_FAILED_STARTS = 3


class WorkerDied(ProcessError):
    """A worker of a pool ended while it was doing a task, or before it could do any."""


class Task:
    """Bytes for a worker, and where to deliver what comes of them."""

    __slots__ = ("data", "deliver", "fds")

    def __init__(self, data: bytes, fds: List[int], deliver: Deliver) -> None:
        self.data = data
        self.fds = fds
        self.deliver = deliver

    def drop(self) -> None:
        descriptors.close_all(self.fds)
        self.fds = []


class _Worker:
    def __init__(self, process: Any, channel: channels.PacketChannel) -> None:
        self.process = process
        self.channel = channel
        self.task: Optional[Task] = None
        self.ready = False
        self.done = 0


class Dispatcher:
    """`size` workers; started by the constructor, or OSError and none."""

    def __init__(
        self,
        process_class: Callable[..., Any],
        size: int,
        initializer: Optional[Callable[..., Any]],
        initargs: Tuple[Any, ...],
        maxtasks: Optional[int],
    ) -> None:
        self.size = size
        self.state = RUN
        self._process_class = process_class
        self._initializer = initializer
        self._initargs = initargs
        self._maxtasks = maxtasks
        # Reentrant, as a finalizer may terminate a pool in the middle of anything.
        self._lock = threading.RLock()
        self._waiting: Deque[Task] = deque()
        self._idle: List[_Worker] = []
        self._workers: List[_Worker] = []
        # Failures met while holding the lock, for the dispatcher to deliver.
        self._failed: List[Tuple[Task, BaseException]] = []
        self._holds = 0
        self._failed_starts = 0
        self._broken: Optional[WorkerDied] = None
        self._deadline: Optional[float] = None
        self._poll = select.poll()
        self._watched: Dict[int, Callable[[], None]] = {}
        self._wakeup, self._waker = os.pipe()
        os.set_blocking(self._waker, False)
        _dispatchers.add(self)
        try:
            for _ in range(size):
                self._start_worker()
            self._thread = threading.Thread(target=self._run, name="PoolDispatcher", daemon=True)
            self._thread.start()
        except BaseException:
            for worker in self._workers:
                worker.process.terminate()
                worker.process.join()
                worker.channel.close()
            descriptors.close_all([self._wakeup, self._waker])
            raise
        self._exit_callback = at_exit.before_children(self.terminate)

    # --- for other threads -----------------------------------------------------------------------

    def submit(self, deliver: Deliver, *parts: Any, held: bool = False) -> None:
        """Have a worker call parts[0](*parts[1:]).

        held: the caller has called hold(), and so may submit to a pool that was closed since.
        Raises ValueError when the pool takes no more tasks.
        """
        self._check(held)
        try:
            data, fds = messages.pack(parts)
        except Exception as error:
            deliver(Outcome(False, error))
            return
        task = Task(data, messages.keep(fds), deliver)
        with self._lock:
            broken = self._broken
            if broken is None:
                self._check(held)
                self._waiting.append(task)
                while self._idle and self._waiting:
                    self._assign(self._idle.pop())
        if broken is not None:
            self._fail(task, broken)

    def hold(self) -> None:
        """Announce tasks that are still to be made, so that close() waits for them."""
        with self._lock:
            self._check(held=False)
            self._holds += 1

    def unhold(self) -> None:
        with self._lock:
            self._holds -= 1
        self._wake()

    def check_running(self) -> None:
        """Raise ValueError when the pool takes no more tasks."""
        self._check(held=False)

    def _check(self, held: bool) -> None:
        if self.state == TERMINATE or (self.state == CLOSE and not held):
            raise ValueError(f"the pool doesn't take tasks any more: its state is {self.state}")

    def close(self) -> None:
        with self._lock:
            if self.state == RUN:
                self.state = CLOSE
        self._wake()

    def terminate(self, wait: bool = True) -> None:
        with self._lock:
            if self.state != TERMINATE:
                self.state = TERMINATE
                self._deadline = time.monotonic() + _TERMINATION_SECONDS
        self._wake()
        if wait:
            self.join()

    def join(self) -> None:
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def processes(self) -> List[Any]:
        return [worker.process for worker in self._workers]

    def _wake(self) -> None:
        # Not when the pipe is full: then it is awake. Not after the end.
        with contextlib.suppress(OSError), self._lock:
            if self._waker >= 0:
                os.write(self._waker, b"!")

    # --- the dispatcher --------------------------------------------------------------------------

    def _run(self) -> None:
        self._watch(self._wakeup, lambda: os.read(self._wakeup, 512))
        for worker in self._workers:
            self._watch_worker(worker)
        while True:
            self._settle()
            if self._is_over():
                break
            for fd, _ in descriptors.poll_until(self._poll, self._patience()):
                handler = self._watched.get(fd)
                if handler is not None:
                    handler()
        self._exit_callback.cancel()
        with self._lock:
            descriptors.close_all([self._wakeup, self._waker])
            self._wakeup = self._waker = -1

    def _is_over(self) -> bool:
        # The last may have left before the others' tasks came, or those that are held.
        idle = self._broken is not None or (not self._waiting and not self._holds)
        return not self._workers and (self.state == TERMINATE or (self.state == CLOSE and idle))

    def _patience(self) -> Optional[float]:
        if self._deadline is not None:
            return max(self._deadline - time.monotonic(), 0)
        if self._wants_workers():
            return _RETRY_SECONDS
        return None

    def _wants_workers(self) -> bool:
        return (
            self._broken is None
            and (self.state == RUN or bool(self._waiting) or self._holds > 0)
            and len(self._workers) < self.size
        )

    def _settle(self) -> None:
        """Bring the workers in line with the state."""
        while self._failed:
            self._fail(*self._failed.pop())
        if self.state == TERMINATE:
            self._break_off()
            return
        while self._wants_workers() and self._replace():
            pass
        if self.state == CLOSE:
            with self._lock:
                done = []
                if not self._waiting and not self._holds:
                    done = [worker for worker in self._workers if worker.task is None]
            for worker in done:
                self._retire(worker)

    def _break_off(self) -> None:
        with self._lock:
            tasks = [*self._waiting]
            self._waiting.clear()
            for worker in self._workers:
                if worker.task is not None:
                    tasks.append(worker.task)
                    worker.task = None
            self._idle.clear()
        late = self._deadline is not None and time.monotonic() >= self._deadline
        if late:
            self._deadline = None
        for worker in self._workers:
            if late:
                worker.process.kill()
            elif worker.channel.fileno() >= 0:
                worker.process.terminate()
            self._retire(worker)
        for task in tasks:
            self._fail(task, RuntimeError("the pool was terminated before this task was done"))

    def _watch(self, fd: int, handler: Callable[[], Any]) -> None:
        self._watched[fd] = handler
        self._poll.register(fd, select.POLLIN)

    def _unwatch(self, fd: int) -> None:
        if self._watched.pop(fd, None) is not None:
            self._poll.unregister(fd)

    def _watch_worker(self, worker: _Worker) -> None:
        self._watch(worker.channel.fileno(), lambda: self._on_message(worker))
        self._watch(worker.process.sentinel, lambda: self._on_end(worker))

    def _on_message(self, worker: _Worker) -> bool:
        """Take one message of a worker; False where there was none."""
        try:
            payload, fds = worker.channel.receive(flags=channels.DONTWAIT)
        except BlockingIOError:
            return False
        except (EOFError, OSError):
            # It is ending. Its sentinel will tell.
            self._unwatch(worker.channel.fileno())
            return False
        if not worker.ready and payload == READY:
            worker.ready = True
            self._failed_starts = 0
        else:
            worker.done += 1
        with self._lock:
            # Under the lock: the answer may be here before submit() has noted what it sent.
            task, worker.task = worker.task, None
            if self._maxtasks is not None and worker.done >= self._maxtasks:
                self._retire(worker)
            else:
                # The next task first: the worker does it while this thread unpickles.
                self._assign(worker)
        if task is not None:
            self._deliver(task, payload, fds)
        return True

    def _on_end(self, worker: _Worker) -> None:
        # What it sent before it died counts.
        while worker.channel.fileno() >= 0 and self._on_message(worker):
            pass
        self._retire(worker)
        self._unwatch(worker.process.sentinel)
        worker.process.join()
        pid, exitcode = worker.process.pid, worker.process.exitcode
        with self._lock:
            task, worker.task = worker.task, None
            self._workers.remove(worker)
        worker.process.close()
        died = WorkerDied(f"worker process {pid} died with exit code {exitcode}")
        if task is not None:
            self._fail(task, died)
        if not worker.ready and self.state != TERMINATE:
            self._failed_starts += 1
            if self._failed_starts >= max(_MOST_FAILED_STARTS, self.size):
                self._give_up(
                    WorkerDied(
                        f"{self._failed_starts} workers in a row died before they were ready for "
                        f"tasks, the last one, process {pid}, with exit code {exitcode}; what "
                        "its initializer raised is on stderr"
                    )
                )

    def _give_up(self, error: WorkerDied) -> None:
        with self._lock:
            self._broken = error
            tasks = [*self._waiting]
            self._waiting.clear()
        for task in tasks:
            self._fail(task, error)

    def _replace(self) -> bool:
        try:
            self._watch_worker(self._start_worker())
        except Exception:
            if not self._workers:
                traceback.print_exc()
            return False
        return True

    def _start_worker(self) -> _Worker:
        with _gate:
            ours, theirs = channels.pair()
            _parent_ends.add(ours)
            try:
                end = Connection._over(theirs, True, True)
                process = self._process_class(
                    target=work, args=(end, self._initializer, self._initargs), daemon=True
                )
                process.name = process.name.replace("Process", "PoolWorker")
                process.start()
            except BaseException:
                ours.close()
                raise
            finally:
                theirs.close()
        worker = _Worker(process, ours)
        with self._lock:
            self._workers.append(worker)
        return worker

    def _retire(self, worker: _Worker) -> None:
        """Close a worker's channel: it ends when it has nothing to do."""
        with self._lock:
            if worker in self._idle:
                self._idle.remove(worker)
        if worker.channel.fileno() >= 0:
            self._unwatch(worker.channel.fileno())
            worker.channel.close()

    def _assign(self, worker: _Worker) -> None:
        """Give a worker without a task the next one. The lock is held."""
        if self.state == TERMINATE or not worker.ready:
            return
        if not self._waiting:
            self._idle.append(worker)
            return
        task = self._waiting.popleft()
        try:
            worker.channel.send(task.data, task.fds)
        except ConnectionError:
            # It died idle, and is no more. The task is for another.
            self._waiting.appendleft(task)
            return
        except OSError as error:
            # No descriptors left, say.
            self._idle.append(worker)
            self._failed.append((task, error))
            self._wake()
            return
        task.drop()
        worker.task = task

    def _deliver(self, task: Task, payload: channels.Payload, fds: List[int]) -> None:
        try:
            outcome = messages.unpack(payload, fds)
        except Exception as error:
            # An exception, say, whose class can't be made of its arguments.
            outcome = Outcome(False, error)
        self._hand_over(task, outcome)

    def _fail(self, task: Task, error: BaseException) -> None:
        task.drop()
        self._hand_over(task, Outcome(False, error))

    @staticmethod
    def _hand_over(task: Task, outcome: Outcome) -> None:
        try:
            task.deliver(outcome)
        except Exception:
            traceback.print_exc()

    def forget(self) -> None:
        """In a forked child: the workers are the parent's."""
        descriptors.close_all([self._wakeup, self._waker])
        self._wakeup = self._waker = -1


_dispatchers: weakref.WeakSet[Dispatcher] = weakref.WeakSet()
_parent_ends: weakref.WeakSet[channels.PacketChannel] = weakref.WeakSet()
_gate = threading.RLock()


def _before_fork() -> None:
    _gate.acquire()


def _after_fork_in_parent() -> None:
    _gate.release()


def _after_fork_in_child() -> None:
    global _gate
    _gate = threading.RLock()
    for end in weak.living(_parent_ends):
        end.close()
    for dispatcher in weak.living(_dispatchers):
        dispatcher.forget()
    _dispatchers.clear()


os.register_at_fork(
    before=_before_fork,
    after_in_parent=_after_fork_in_parent,
    after_in_child=_after_fork_in_child,
)
