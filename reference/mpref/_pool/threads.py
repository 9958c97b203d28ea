"""The workers of a thread pool: threads of this process, with the interface of a `Dispatcher`.

Nothing is pickled, and no worker can die but by its own initializer. A thread can't be ended from
outside either: `terminate()` gives up what is running, and its thread ends when it gets that far.
"""

from __future__ import annotations

import itertools
import os
import threading
import traceback
from collections import deque
from typing import Any, Callable, Deque, List, Optional, Set, Tuple

from .dispatcher import CLOSE, RUN, TERMINATE, WorkerDied
from .worker import Outcome

__all__ = ["ThreadDispatcher"]

Deliver = Callable[[Outcome], Any]

# After this many workers in a row whose initializer has raised the pool is broken.
_FAILED_STARTS = 3

_numbers = itertools.count(1)


class _Task:
    """A call, and where to deliver what comes of it. Tasks are told apart by who they are."""

    __slots__ = ("args", "deliver", "function")

    def __init__(self, deliver: Deliver, function: Callable[..., Any], args: Tuple[Any, ...]):
        self.deliver = deliver
        self.function = function
        self.args = args


class ThreadDispatcher:
    """`size` threads that carry out tasks; started by the constructor, or RuntimeError and none."""

    def __init__(
        self, size: int, initializer: Optional[Callable[..., Any]], initargs: Tuple[Any, ...]
    ) -> None:
        self.size = size
        self.state = RUN
        self._initializer = initializer
        self._initargs = initargs
        self._creator = os.getpid()
        # Reentrant, as a finalizer may terminate a pool in the middle of anything.
        self._changed = threading.Condition(threading.RLock())
        self._waiting: Deque[_Task] = deque()
        self._running: Set[_Task] = set()
        self._threads: List[threading.Thread] = []
        self._holds = 0
        self._failed_starts = 0
        self._broken: Optional[WorkerDied] = None
        # Callbacks of one pool never run at the same time.
        self._delivering = threading.RLock()
        try:
            for _ in range(size):
                self._start_worker()
        except BaseException:
            self.terminate(wait=False)
            raise

    # --- for the pool, the interface of Dispatcher ------------------------------------------------

    def submit(self, deliver: Deliver, *parts: Any, held: bool = False) -> None:
        """Have a worker call parts[0](*parts[1:]).

        held: the caller has called hold(), and so may submit to a pool that was closed since.
        Raises ValueError when the pool takes no more tasks.
        """
        function, *args = parts
        task = _Task(deliver, function, tuple(args))
        with self._changed:
            self._check(held)
            broken = self._broken
            if broken is None:
                self._waiting.append(task)
                self._changed.notify()
        if broken is not None:
            self._hand_over(task, Outcome(False, broken))

    def hold(self) -> None:
        """Announce tasks that are still to be made, so that close() waits for them."""
        with self._changed:
            self._check(held=False)
            self._holds += 1

    def unhold(self) -> None:
        """The announced tasks are all submitted."""
        with self._changed:
            self._holds -= 1
            self._changed.notify_all()

    def check_running(self) -> None:
        """Raise ValueError when the pool takes no more tasks."""
        self._check(held=False)

    def close(self) -> None:
        with self._changed:
            if self.state == RUN:
                self.state = CLOSE
            self._changed.notify_all()

    def terminate(self, wait: bool = True) -> None:
        """Give up all tasks. Does not wait, as the threads end when their tasks return."""
        with self._changed:
            self.state = TERMINATE
            given_up = [*self._waiting, *self._running]
            self._waiting.clear()
            self._running.clear()
            self._changed.notify_all()
        error = RuntimeError("the pool was terminated before this task was done")
        for task in given_up:
            self._hand_over(task, Outcome(False, error))

    def join(self) -> None:
        while True:
            with self._changed:
                others = [t for t in self._threads if t is not threading.current_thread()]
            if not others:
                return
            for thread in others:
                thread.join()

    # --- in the threads --------------------------------------------------------------------------

    def _start_worker(self) -> None:
        thread = threading.Thread(
            target=self._work, name=f"ThreadPoolWorker-{next(_numbers)}", daemon=True
        )
        with self._changed:
            self._threads.append(thread)
            try:
                thread.start()
            except BaseException:
                self._threads.remove(thread)
                raise

    def _work(self) -> None:
        try:
            if self._begin():
                while True:
                    task = self._next_task()
                    if task is None:
                        return
                    self._do(task)
                    del task
        finally:
            with self._changed:
                self._threads.remove(threading.current_thread())

    def _begin(self) -> bool:
        """Call the initializer. When it raises, have another thread take this one's place."""
        if self._initializer is None:
            return True
        try:
            self._initializer(*self._initargs)
        except BaseException:
            traceback.print_exc()
        else:
            self._failed_starts = 0
            return True
        with self._changed:
            self._failed_starts += 1
            hopeless = self._failed_starts >= max(_FAILED_STARTS, self.size)
            wanted = self.state == RUN or bool(self._waiting) or self._holds > 0
        if hopeless:
            self._break()
        elif wanted:
            self._start_worker()
        return False

    def _break(self) -> None:
        error = WorkerDied(
            f"the initializer of {self._failed_starts} workers in a row has raised; what it raised "
            "is on stderr"
        )
        with self._changed:
            self._broken = error
            given_up = [*self._waiting]
            self._waiting.clear()
        for task in given_up:
            self._hand_over(task, Outcome(False, error))

    def _next_task(self) -> Optional[_Task]:
        with self._changed:
            while self.state != TERMINATE:
                if self._waiting:
                    task = self._waiting.popleft()
                    self._running.add(task)
                    return task
                if self.state == CLOSE and not self._holds:
                    return None
                self._changed.wait()
        return None

    def _do(self, task: _Task) -> None:
        try:
            outcome = Outcome(True, task.function(*task.args))
        except Exception as error:
            outcome = Outcome(False, error)
        except BaseException as error:
            # In a process it would end the worker. Raised by get(), it would end somebody else.
            died = WorkerDied(f"a task has ended its worker thread by {error!r}")
            died.__cause__ = error
            outcome = Outcome(False, died)
        with self._changed:
            given_up = task not in self._running
            self._running.discard(task)
        if not given_up:
            self._hand_over(task, outcome)

    def _hand_over(self, task: _Task, outcome: Outcome) -> None:
        with self._delivering:
            try:
                task.deliver(outcome)
            except Exception:
                traceback.print_exc()

    def _check(self, held: bool) -> None:
        if self._creator != os.getpid():
            raise ValueError("only the process that has made a thread pool can use it")
        if self.state == TERMINATE or (self.state == CLOSE and not held):
            raise ValueError(f"the pool doesn't take tasks any more: its state is {self.state}")
