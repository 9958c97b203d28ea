"""The workers of a pool: how each is started, and which tasks it was sent."""

from __future__ import annotations

from typing import Any, Callable

from . import ends
from .board import Board
from .tasks import Task
from .worker import work

__all__ = ["Starter", "Worker"]

# How many tasks a worker may have, the one that it does and the next ones. So it need not wait
# until the pool has read its reply and sent another. Tasks that it has not begun are taken back
# when another worker is idle. Two suffice for long tasks. Of short ones it gets as many as take it
# _AHEAD_MICROS, as the pool's thread may have to wait for the interpreter.
_FEWEST, _MOST = 2, 32
_AHEAD_MICROS = 1000
# The weight of the newest task in the average of their times.
_NEWEST = 0.25


class Worker:
    """One worker, as its pool sees it."""

    __slots__ = (
        "assigned",
        "end",
        "failure",
        "is_ready",
        "is_retired",
        "is_terminated",
        "micros",
        "place",
        "process",
        "sent",
        "window",
    )

    def __init__(self, process: Any, end: ends.PoolEnd, place: int) -> None:
        self.process = process
        self.end = end
        # Its index on the board.
        self.place = place
        # Tasks without a reply, by serial, in the order in which they were sent.
        self.sent: dict[int, Task] = {}
        self.is_ready = False
        # The exception that its initializer has raised.
        self.failure: BaseException | None = None
        # Whether its channel is closed, so that it gets no more tasks and ends.
        self.is_retired = False
        self.is_terminated = False
        # How many tasks it was sent in all.
        self.assigned = 0
        self.window = _FEWEST
        self.micros = float(_AHEAD_MICROS)

    def note_time(self, micros: int) -> None:
        """Adapt the number of tasks that it may have to the time that a task has taken."""
        self.micros += (micros - self.micros) * _NEWEST
        self.window = min(max(int(_AHEAD_MICROS / (self.micros + 1)), _FEWEST), _MOST)


class Starter:
    """Starts workers, and knows which places on the board are free."""

    def __init__(
        self,
        process_class: Callable[..., Any],
        initializer: Callable[..., Any] | None,
        initargs: tuple[Any, ...],
        replies: int,
        board: Board,
    ) -> None:
        self._process_class = process_class
        self._initializer = initializer
        self._initargs = initargs
        self._replies = replies
        self._board = board
        self._free: list[int] = list(range(board.places))

    def start_worker(self) -> Worker:
        """A new worker. Raises OSError, or what pickling the initializer raises, and has none."""
        place = self._free[-1]
        with ends.gate:
            end, theirs = ends.connect(self._replies, self._board, place)
            try:
                process = self._process_class(
                    target=work, args=(theirs, self._initializer, self._initargs), daemon=True
                )
                process.name = process.name.replace("Process", "PoolWorker")
                process._mp_ignores_interrupts = True
                process.start()
            except BaseException:
                end.close()
                raise
            finally:
                theirs.close()
        self._free.remove(place)
        return Worker(process, end, place)

    def end_worker(self, worker: Worker) -> None:
        """Give back what a worker held that has ended."""
        worker.end.close()
        self._free.append(worker.place)
