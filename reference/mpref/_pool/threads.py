"""The workers of a thread pool: threads of this process, with the interface of a `Dispatcher`.

Nothing is pickled, and no worker can die but by its own initializer. A thread can't be ended from
outside either: `terminate()` gives up what is running, and its thread ends when it gets that far.
"""

from __future__ import annotations

import itertools
import os
import threading
from typing import Any, Callable

from .dispatcher import CLOSE, RUN, TERMINATE, not_running, not_the_owner
from .errors import WorkerDied, report
from .results import join_thread
from .tasks import EACH, Failure, Source, Stream, Task, Waiting, perform

__all__ = ["ThreadDispatcher"]

# After this many consecutive workers whose initializer has raised the pool is broken.
_FAILED_STARTS = 3
# In place of a message's number.
_TAKEN = 1

_numbers = itertools.count(1)


class ThreadDispatcher:
    """`size` threads. The constructor starts them, and raises RuntimeError when it can't."""

    def __init__(
        self, size: int, initializer: Callable[..., Any] | None, initargs: tuple[Any, ...]
    ) -> None:
        self.size = size
        self.state = RUN
        self.creator = os.getpid()
        self._initializer = initializer
        self._initargs = initargs
        # Reentrant, as a finalizer may terminate the pool in the middle of any of these methods.
        self._changed = threading.Condition(threading.RLock())
        self._waiting = Waiting()
        self._running: set[Task] = set()
        self._threads: list[threading.Thread] = []
        self._joining = threading.Lock()
        self._failed_starts = 0
        self._broken: WorkerDied | None = None
        # Callbacks of one pool never run at the same time.
        self._delivering = threading.RLock()
        try:
            for _ in range(size):
                self._start_worker()
        except BaseException:
            self.terminate(wait=False)
            raise

    # --- for the pool, the interface of Dispatcher -----------------------------------------------

    def submit(self, task: Task) -> None:
        """Have a worker do a task. Raises ValueError when the pool takes no more."""
        self.add(task)

    def add(self, source: Source) -> None:
        """Have workers do the tasks that come from a source, after those that are waiting."""
        self.check_running()
        with self._changed:
            self.check_running()
            broken = self._broken
            if broken is None:
                self._waiting.add(source)
                if isinstance(source, Task):
                    self._changed.notify()
                else:
                    source.peek()
                    self._changed.notify_all()
        if broken is not None:
            self._fail(source, broken)

    def offer(self, source: Source) -> None:
        """Look at a source again, which may have a task now."""
        with self._changed:
            if self.state == TERMINATE or self._broken is not None or source.is_over:
                return
            self._waiting.add(source)
            self._changed.notify_all()

    def end(self, source: Stream) -> None:
        """Note that a stream has no more tasks."""
        with self._changed:
            self._waiting.forget_if_over(source)
            self._changed.notify_all()

    def may_read(self, unsent: int) -> bool:
        """Whether a stream with so many unsent tasks should read one more."""
        return unsent < 2 * self.size

    def check_running(self) -> None:
        """Raise ValueError when the pool takes no more tasks."""
        if self.creator != os.getpid():
            raise not_the_owner(self.creator)
        if self.state != RUN:
            raise not_running(self.state)

    def close(self) -> None:
        if self.creator != os.getpid():
            return
        with self._changed:
            if self.state == RUN:
                self.state = CLOSE
            self._waiting.hurry()
            self._changed.notify_all()

    def terminate(self, wait: bool = True) -> None:
        """Give up all tasks. Does not wait, as the threads end when their tasks return."""
        if self.creator != os.getpid():
            return
        with self._changed:
            self.state = TERMINATE
            sources: list[Source] = [*self._waiting.take_all(), *self._running]
            self._running.clear()
            self._changed.notify_all()
        error = RuntimeError("the pool was terminated before this task was done")
        for source in sources:
            self._fail(source, error)

    def join(self) -> None:
        while True:
            with self._changed:
                others = [t for t in self._threads if t is not threading.current_thread()]
            if not others:
                return
            for thread in others:
                join_thread(thread, self._joining)

    def counts(self) -> dict[str, int]:
        """The numbers of workers, of tasks that they are doing, and of waiting tasks."""
        if self.creator != os.getpid():
            return {"creator": self.creator}
        with self._changed:
            return {
                "workers": len(self._threads),
                "under_way": len(self._running),
                "waiting": self._waiting.count(),
            }

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
            report()
        else:
            self._failed_starts = 0
            return True
        with self._changed:
            self._failed_starts += 1
            hopeless = self._failed_starts >= max(_FAILED_STARTS, self.size)
            wanted = self.state == RUN or not self._waiting.is_over
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
            sources = self._waiting.take_all()
        for source in sources:
            self._fail(source, error)

    def _next_task(self) -> Task | None:
        with self._changed:
            while self.state != TERMINATE:
                task = self._waiting.peek()
                if task is not None:
                    task.serial = _TAKEN
                    self._running.add(task)
                    return task
                if self.state == CLOSE and self._waiting.is_over:
                    return None
                self._changed.wait()
        return None

    def _do(self, task: Task) -> None:
        ok = False
        value: Any
        try:
            value = perform(task.how, task.function, task.given)
            ok = True
        except (SystemExit, KeyboardInterrupt) as error:
            # SystemExit, for example, which would end a worker process. Raised by get(), it would
            # end the thread that calls get().
            value = WorkerDied(f"a task has ended its worker thread by {error!r}")
            value.__cause__ = error
        except BaseException as error:
            value = error
        if ok and task.how == EACH and Failure in map(type, value):
            # Their tracebacks are with them already.
            value = [
                Failure(item.error, "") if isinstance(item, Failure) else item for item in value
            ]
        with self._changed:
            self._running.discard(task)
        with self._delivering:
            task.resolve(ok, value)

    def _fail(self, source: Source, error: BaseException) -> None:
        with self._delivering:
            source.fail(error)
