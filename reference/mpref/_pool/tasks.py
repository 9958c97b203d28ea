"""What is to be done, from the call of a pool's method to the message for a worker.

A `Task` is one message: a call, or the calls for a chunk of an iterable. It is pickled when a
worker is about to want it, and no sooner, so that a long queue costs no memory. Likewise chunks are
cut from a sequence one by one (`Slices`), and an iterable is read a few tasks ahead (`Stream`).

    waiting   serial is 0: nobody has it. `peek()` of its source gives it again and again.
    sent      serial is the number of the message: a worker has it, or its channel does.
    resolved  serial is RESOLVED.

A task goes back from sent to waiting when its worker dies before it has begun with it.
"""

from __future__ import annotations

import itertools
import threading
import traceback
from collections import deque
from typing import Any, Callable, Deque, Iterator, List, NamedTuple, Optional, Sequence, Set, Union

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

# What a task does with its function and what it is given.
CALL = 0  # (args, kwds): one call
MAP = 1  # a chunk: the first exception ends it
STARMAP = 2  # the same of items that are unpacked as arguments
EACH = 3  # a chunk: an exception is its item's only, and the others go on

RESOLVED = -1


class Failure(NamedTuple):
    """In the place of a value: the exception of one item, and where it was raised."""

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
        # Its place among the tasks of its result.
        self.index = index
        self.serial = 0
        # The message, from the pickling to the sending.
        self.packed: Any = None
        # For Slices: where the next chunk begins.
        self.stop = 0

    def peek(self) -> Optional[Task]:
        """As a source it has one task: itself."""
        return self if self.serial == 0 else None

    def count(self) -> int:
        return 1 if self.serial == 0 else 0

    def resolve(self, ok: bool, value: Any, size: int = 0) -> None:
        """Deliver the result, or the exception. Only the first call does."""
        if self.serial == RESOLVED:
            return
        self.serial = RESOLVED
        self.packed = None
        try:
            self.result._deliver(self.index, ok, value, size)
        except BaseException as error:
            # No memory, say. Who waits must be told all the same.
            report()
            self.result._deliver(self.index, False, error, 0)

    def fail(self, error: BaseException) -> None:
        self.resolve(False, error)

    @property
    def is_over(self) -> bool:
        """Whether no more tasks will come from here."""
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
        self._last: Optional[Task] = None
        self._is_stopped = False

    def peek(self) -> Optional[Task]:
        """The next task, or None: it has no more, or its result takes no more for now."""
        last = self._last
        if last is not None and last.serial == 0:
            return last
        start, index = (0, 0) if last is None else (last.stop, last.index + 1)
        if self._is_stopped or not self._result._has_place(index):
            return None
        if start >= len(self._items):
            self._result._end_at(index)
            return None
        chunk = self._items[start : start + self._size]
        # What is next follows from the task that was cut last, so this is done in one step.
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
        """The tasks that are still here fail."""
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
    """The chunks of an iterable that may wait, never end, or raise: read by a thread of its own.

    `dispatcher` is asked whether there may be one more task, given how many are waiting, and told
    that there is one, and that it was the last.
    """

    def __init__(
        self,
        result: Any,
        function: Callable[..., Any],
        chunks: Iterator[List[Any]],
        dispatcher: Any,
    ) -> None:
        self.is_queued = False
        self.is_over = False
        self._result = result
        self._function = function
        self._chunks = chunks
        self._dispatcher = dispatcher
        self._tasks: Deque[Task] = deque()
        self._read = 0
        self._stopped_by: Optional[BaseException] = None
        self._moved = threading.Condition()
        self._is_held_up = False

    def start(self) -> None:
        """Begin to read. RuntimeError when there can be no thread."""
        threading.Thread(target=self._run, name="PoolReader", daemon=True).start()

    def peek(self) -> Optional[Task]:
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
        """The tasks that are still here fail, and no more are read."""
        self._stopped_by = error
        for task in list(self._tasks):
            if task.serial == 0:
                task.fail(error)
        self.nudge()

    def nudge(self) -> None:
        """Something has changed that the reading may wait for."""
        if self._is_held_up:
            with self._moved:
                self._moved.notify_all()

    def hurry(self) -> None:
        """Read on without regard to what nobody takes: the pool is to come to its end."""
        self._result._unlimit()
        self.nudge()

    def _run(self) -> None:
        error: Optional[BaseException] = None
        try:
            while self._wait_for_place():
                chunk = next(self._chunks, None)
                if chunk is None:
                    break
                task = Task(self._result, EACH, self._function, chunk, self._read)
                self._read += 1
                self._tasks.append(task)
                if self._stopped_by is not None:
                    task.fail(self._stopped_by)
                self._dispatcher.offer(self)
        except BaseException as raised:
            # The iterable's. Whoever takes the results meets it behind those of its items.
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
    """The tasks that no worker has, in order. Its user has a lock around each call."""

    def __init__(self) -> None:
        self._sources: Deque[Source] = deque()
        # Those that may have tasks later, whether they have one now or not.
        self._open: Set[Union[Slices, Stream]] = set()

    def __bool__(self) -> bool:
        return bool(self._sources)

    @property
    def is_over(self) -> bool:
        """Whether there are no tasks, and none will come but for new calls."""
        return not self._sources and not self._open

    def add(self, source: Source) -> None:
        """Put a source at the end, unless it is there."""
        if isinstance(source, Task):
            self._sources.append(source)
            return
        self._open.add(source)
        if not source.is_queued:
            source.is_queued = True
            self._sources.append(source)

    def put_back(self, tasks: Sequence[Task]) -> None:
        """Put tasks that were sent in vain in front, in their order."""
        for task in reversed(tasks):
            task.serial = 0
            self._sources.appendleft(task)

    def peek(self) -> Optional[Task]:
        """The next task, which stays here until its serial is set."""
        while self._sources:
            source = self._sources[0]
            task = source.peek()
            if task is not None:
                return task
            if not isinstance(source, Task):
                # First, so that it is added rather twice than not at all.
                source.is_queued = False
                self.forget_if_over(source)
            self._sources.popleft()
        return None

    def forget_if_over(self, source: Union[Slices, Stream]) -> None:
        """Don't expect more tasks of a source that has no more."""
        if source.is_over:
            self._open.discard(source)

    def hurry(self) -> None:
        for source in self._open:
            if isinstance(source, Stream):
                source.hurry()

    def take_all(self) -> List[Source]:
        """All sources, which are not here any more."""
        taken = [*self._sources, *self._open]
        self._sources.clear()
        self._open.clear()
        return list(dict.fromkeys(taken))

    def count(self) -> int:
        """How many tasks are waiting, as far as that is known."""
        return sum(source.count() for source in dict.fromkeys(self._sources))
