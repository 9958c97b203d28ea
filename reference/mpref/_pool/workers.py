"""The workers of a pool, one by one: how they are started, and what each has been sent."""

from __future__ import annotations

from typing import Any, Callable, Dict, List, Optional, Tuple

from . import ends
from .board import Board
from .tasks import Task
from .worker import work

__all__ = ["Starter", "Worker"]

# A worker may have this many tasks, the one it does and the next ones. So it needn't wait for the
# pool to read its reply and to send another. Those that it hasn't begun are taken back when
# somebody else has nothing to do. Two suffice where tasks are long; for short ones it is as many as
# take it this long, since the pool has a turn only when the interpreter gives it one.
_FEWEST, _MOST = 2, 32
_AHEAD_MICROS = 1000
# How much the newest task counts for what is expected of the next.
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
        # On the board.
        self.place = place
        # By their serials, in the order of their sending; no reply has come.
        self.sent: Dict[int, Task] = {}
        self.is_ready = False
        # What its initializer has raised.
        self.failure: Optional[BaseException] = None
        # It gets no more tasks, and is ending.
        self.is_retired = False
        self.is_terminated = False
        # How many tasks it was ever given.
        self.assigned = 0
        self.window = _FEWEST
        self.micros = float(_AHEAD_MICROS)

    def note_time(self, micros: int) -> None:
        """A task has taken so long: allow for as many ahead as fit."""
        self.micros += (micros - self.micros) * _NEWEST
        self.window = min(max(int(_AHEAD_MICROS / (self.micros + 1)), _FEWEST), _MOST)


class Starter:
    """Starts workers, and knows which places on the board are free."""

    def __init__(
        self,
        process_class: Callable[..., Any],
        initializer: Optional[Callable[..., Any]],
        initargs: Tuple[Any, ...],
        replies: int,
        board: Board,
    ) -> None:
        self._process_class = process_class
        self._initializer = initializer
        self._initargs = initargs
        self._replies = replies
        self._board = board
        self._free: List[int] = list(range(board.places))

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
