"""Tasks, from the call of a pool's method to the message for a worker.

A `Task` is one message: a call, or the calls for a chunk of an iterable. It is pickled only when a
worker can get it, so that many waiting tasks take little memory. For the same reason chunks are cut
from a sequence one by one (`Slices`), and an iterable is read a few tasks ahead (`Stream`).

    waiting   serial is 0: no worker has it. `peek()` of its source returns it each time.
    sent      serial is the number of its message, which is in a worker or in its channel.
    resolved  serial is RESOLVED.

When a worker dies before it has begun a task, that is waiting again.
"""

from __future__ import annotations

import itertools
import threading
import traceback
from collections import deque
from collections.abc import Iterator, Sequence
from typing import Any, Callable, NamedTuple, Union

from .errors import report

__all__ = [
    "CALL",
    "EACH",
    "MAP",
    "RESOLVED",
    "STARMAP",
    "Failure",
    "Slices",
    "Source",
    "Stream",
    "Task",
    "Waiting",
    "perform",
]

# How a task calls its function.
CALL = 0  # (args, kwds): one call
MAP = 1  # for each item of a chunk; the first exception ends the task
STARMAP = 2  # the same, with items that are unpacked as arguments
EACH = 3  # for each item of a chunk; an exception is the outcome of its item only

RESOLVED = -1


class Failure(NamedTuple):
    """In place of the value of one item: the exception, and its traceback as text."""

    error: BaseException
    text: str


def perform(how: int, function: Callable[..., Any], given: Any) -> Any:
    """Do a task."""
    if how == CALL:
        args, kwds = given
        return function(*args, **kwds)
    if how == MAP:
        return list(map(function, given))
    if how == STARMAP:
        return list(itertools.starmap(function, given))
    return [_attempt(function, item) for item in given]


def _attempt(function: Callable[..., Any], item: Any) -> Any:
    try:
        return function(item)
    except (SystemExit, KeyboardInterrupt):
        raise
    except BaseException as error:
        return Failure(error, traceback.format_exc())


class Task:
    """One message for a worker, and the result that it belongs to."""

    __slots__ = ("function", "given", "how", "index", "packed", "result", "serial", "stop")

    def __init__(
        self, result: Any, how: int, function: Callable[..., Any], given: Any, index: int = 0
    ) -> None:
        self.result = result
        self.how = how
        self.function = function
        self.given = given
        # Its index among the tasks of its result.
        self.index = index
        self.serial = 0
        # The message, from when it is pickled until it is sent.
        self.packed: Any = None
        # For Slices: the index at which the next chunk begins.
        self.stop = 0

    def peek(self) -> Task | None:
        """Itself while it is waiting, as it is the source of one task."""
        return self if self.serial == 0 else None

    def count(self) -> int:
        return 1 if self.serial == 0 else 0

    def resolve(self, ok: bool, value: Any, size: int = 0) -> None:
        """Deliver the result or the exception. Only the first call does anything."""
        if self.serial == RESOLVED:
            return
        self.serial = RESOLVED
        self.packed = None
        try:
            self.result._deliver(self.index, ok, value, size)
        except BaseException as error:
            # For example because there is no memory. The waiting thread must get something.
            report()
            self.result._deliver(self.index, False, error, 0)

    def fail(self, error: BaseException) -> None:
        self.resolve(False, error)

    @property
    def is_over(self) -> bool:
        """Whether this source has no task any more."""
        return self.serial != 0


class Slices:
    """The chunks of a sequence, cut when they are wanted."""

    def __init__(
        self,
        result: Any,
        how: int,
        function: Callable[..., Any],
        items: Sequence[Any],
        size: int,
    ) -> None:
        self.is_queued = False
        self._result = result
        self._how = how
        self._function = function
        self._items = items
        self._size = size
        self._last: Task | None = None
        self._is_stopped = False

    def peek(self) -> Task | None:
        """The next task. None when there is none, or while its result takes no more."""
        last = self._last
        if last is not None and last.serial == 0:
            return last
        start, index = (0, 0) if last is None else (last.stop, last.index + 1)
        if self._is_stopped:
            return None
        if start >= len(self._items):
            self._result._end_at(index)
            return None
        if not self._result._has_place(index):
            return None
        chunk = self._items[start : start + self._size]
        # The last task determines the next one, so this one assignment changes the whole state.
        self._last = self._cut(chunk, index, start + self._size)
        return self._last

    def count(self) -> int:
        last = self._last
        start = 0 if last is None else last.stop
        unsent = 1 if last is not None and last.serial == 0 else 0
        return unsent + max(-(-(len(self._items) - start) // self._size), 0)

    @property
    def is_over(self) -> bool:
        last = self._last
        return self._is_stopped or (0 if last is None else last.stop) >= len(self._items)

    def fail(self, error: BaseException) -> None:
        """Fail the tasks that are waiting; there are no more."""
        self._is_stopped = True
        last = self._last
        if last is not None and last.serial == 0:
            last.fail(error)
        self._result._end_at(0 if last is None else last.index + 1, error)

    def _cut(self, chunk: Sequence[Any], index: int, stop: int) -> Task:
        task = Task(self._result, self._how, self._function, chunk, index)
        task.stop = stop
        return task


class Stream:
    """The chunks of an iterable that may wait, never end, or raise. A thread of its own reads them.

    It asks `dispatcher` whether to read one more task when so many are waiting, and tells it when
    there is a new task, and when there will be no more.
    """

    def __init__(
        self,
        result: Any,
        function: Callable[..., Any],
        chunks: Iterator[list[Any]],
        dispatcher: Any,
    ) -> None:
        self.is_queued = False
        self.is_over = False
        self._result = result
        self._function = function
        self._chunks = chunks
        self._dispatcher = dispatcher
        self._tasks: deque[Task] = deque()
        self._read = 0
        self._stopped_by: BaseException | None = None
        self._moved = threading.Condition()
        self._is_held_up = False

    def start(self) -> None:
        """Begin to read. Raises RuntimeError when the thread can't be started."""
        threading.Thread(target=self._run, name="PoolReader", daemon=True).start()

    def peek(self) -> Task | None:
        tasks = self._tasks
        moved = False
        while tasks and tasks[0].serial != 0:
            tasks.popleft()
            moved = True
        if moved:
            self.nudge()
        return tasks[0] if tasks else None

    def count(self) -> int:
        return sum(task.serial == 0 for task in list(self._tasks))

    def fail(self, error: BaseException) -> None:
        """Fail the tasks that are waiting, and read no more."""
        self._stopped_by = error
        for task in list(self._tasks):
            if task.serial == 0:
                task.fail(error)
        # The thread may be waiting for the iterable, for as long as that likes.
        self._result._end_at(self._read, error)
        self.nudge()

    def nudge(self) -> None:
        """Have the reading thread look again whether it may read one more."""
        if self._is_held_up:
            with self._moved:
                self._moved.notify_all()

    def hurry(self) -> None:
        """Read on even if nobody takes the results, as the pool is closed."""
        self._result._unlimit()
        self.nudge()

    def _run(self) -> None:
        error: BaseException | None = None
        try:
            while self._wait_for_place():
                chunk = next(self._chunks, None)
                if chunk is None or self._stopped_by is not None:
                    break
                task = Task(self._result, EACH, self._function, chunk, self._read)
                self._read += 1
                self._tasks.append(task)
                self._dispatcher.offer(self)
        except BaseException as raised:
            # Raised by the iterable. next() raises it after the results of the items.
            error = raised
        self._result._end_at(self._read, error or self._stopped_by)
        self.is_over = True
        self._dispatcher.end(self)

    def _wait_for_place(self) -> bool:
        """Wait until one more task may be read; False when the pool was terminated."""
        with self._moved:
            self._is_held_up = True
            while self._stopped_by is None and not (
                self._result._has_place(self._read) and self._dispatcher.may_read(len(self._tasks))
            ):
                self._moved.wait()
            self._is_held_up = False
        return self._stopped_by is None


Source = Union[Task, Slices, Stream]


class Waiting:
    """The tasks that no worker has, in order. The caller has to hold a lock."""

    def __init__(self) -> None:
        self._sources: deque[Source] = deque()
        # The sources that may have more tasks later, whether or not they have one now.
        self._open: set[Slices | Stream] = set()

    def __bool__(self) -> bool:
        return bool(self._sources)

    @property
    def is_over(self) -> bool:
        """Whether there are no tasks, and no source will have more."""
        return not self._sources and not self._open

    def add(self, source: Source) -> None:
        """Put a source at the end, unless it is in the line already."""
        if isinstance(source, Task):
            self._sources.append(source)
            return
        self._open.add(source)
        if not source.is_queued:
            source.is_queued = True
            self._sources.append(source)

    def put_back(self, tasks: Sequence[Task]) -> None:
        """Put tasks that were sent, and not begun, at the front, in their order."""
        for task in reversed(tasks):
            task.serial = 0
            self._sources.appendleft(task)

    def peek(self) -> Task | None:
        """The next task, which stays here until its serial is set."""
        while self._sources:
            source = self._sources[0]
            task = source.peek()
            if task is not None:
                return task
            if not isinstance(source, Task):
                # Before it is removed, so that a new task of it rather adds it twice than not at
                # all.
                source.is_queued = False
                self.forget_if_over(source)
            self._sources.popleft()
        return None

    def forget_if_over(self, source: Slices | Stream) -> None:
        """Remove a source that will have no more tasks from the open ones."""
        if source.is_over:
            self._open.discard(source)

    def hurry(self) -> None:
        for source in self._open:
            if isinstance(source, Stream):
                source.hurry()

    def take_all(self) -> list[Source]:
        """Remove all sources, and return them."""
        taken = [*self._sources, *self._open]
        self._sources.clear()
        self._open.clear()
        return list(dict.fromkeys(taken))

    def count(self) -> int:
        """How many tasks are waiting, as far as that is known."""
        return sum(source.count() for source in dict.fromkeys(self._sources))
