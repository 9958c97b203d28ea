"""Barriers between processes."""

from __future__ import annotations

from threading import BrokenBarrierError
from typing import Any, Callable

from .._memory import futex, segments
from .._start import method
from .conditions import rebuild
from .locks import Shareable
from .robust_lock import RobustLock

__all__ = ["Barrier"]


class Barrier(Shareable):
    """A meeting point: wait() returns when `parties` processes or threads have called it.

    parties: how many processes and threads have to meet. action: called by the last to arrive,
    before the others go on. timeout: the default of wait(), in seconds; None: without limit. ctx:
    the context whose start method it is for; None: the start method in use.

    Raises ValueError for less than one party.

    Each meeting has a number and, when it is over, an outcome. So a process that wakes up late
    learns the outcome of its own meeting, even when others wait for the next one already.

    A process that is killed while it waits still counts as one that has arrived. A process that is
    killed at the beginning or the end of wait(), or in the action, breaks the barrier.

    Anchor: multiprocessing.Barrier
    """

    # The outcomes of this many meetings are kept. More can't pass before a woken process has run,
    # as the meetings need it as one of their parties.
    _OUTCOMES = 64
    _MET, _BROKEN = 0, 1

    def __init__(
        self,
        parties: int,
        action: Callable[[], Any] | None = None,
        timeout: float | None = None,
        *,
        ctx: Any = None,
    ) -> None:
        if parties < 1:
            raise ValueError(f"parties: expected at least 1, got {parties}")
        self._start_method = method.of_context(ctx)
        self._parties = parties
        self._action = action
        self._timeout = timeout
        self._bind(RobustLock(), segments.allocate(3 * futex.Word.BYTES + self._OUTCOMES))

    def _bind(self, lock: RobustLock, block: segments.Block) -> None:
        # Held for every change, also while the action runs.
        self._lock = lock
        self._block = block
        # How many have arrived at the present meeting, its number, whether the barrier is broken.
        self._arrived = futex.Word(block, 0)
        self._meeting = futex.Word(block, 4)
        self._broken = futex.Word(block, 8)
        self._outcomes = block.view()[12 : 12 + self._OUTCOMES]

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the others, and return which of the parties this is, from 0 on.

        timeout: how many seconds to wait at most; None: the barrier's own timeout.

        Raises threading.BrokenBarrierError when the barrier is broken or reset meanwhile, or
        breaks because `timeout` seconds have passed, and what the action raises.

        Anchor: multiprocessing.Barrier
        """
        until = futex.deadline(self._timeout if timeout is None else timeout)
        with self._lock as in_order:
            if not in_order:
                self._break()
            if self._broken.value:
                raise BrokenBarrierError
            index, meeting = self._arrived.value, self._meeting.value
            self._arrived.value = index + 1
            if index + 1 == self._parties:
                self._meet(meeting)
        try:
            self._gather(meeting, until)
        except BaseException:
            self._leave(meeting)
            raise
        if self._outcomes[meeting % self._OUTCOMES] == self._BROKEN:
            raise BrokenBarrierError
        return index

    def _gather(self, meeting: int, until: float | None) -> None:
        """Wait for the end of the meeting."""
        while self._meeting.value == meeting:
            self._meeting.wait(meeting, until)
            if self._meeting.value == meeting:
                # The sleep ended without a wake-up. The lock tells whether somebody was killed.
                with self._lock as in_order:
                    is_late = self._meeting.value == meeting and futex.is_past(until)
                    if is_late or not in_order:
                        self._break()

    def _leave(self, meeting: int) -> None:
        """Take back this process' arrival, as a signal handler has raised."""
        with self._lock as in_order:
            if not in_order:
                self._break()
            elif self._meeting.value == meeting:
                self._arrived.value -= 1

    def _meet(self, meeting: int) -> None:
        if self._action is not None:
            try:
                self._action()
            except BaseException:
                self._break()
                raise
        # Not when the action has aborted or reset this barrier, which ended the meeting.
        if self._meeting.value == meeting:
            self._end_meeting(self._MET)

    def _break(self) -> None:
        self._broken.value = 1
        self._end_meeting(self._BROKEN)

    def _end_meeting(self, outcome: int) -> None:
        meeting = self._meeting.value
        self._outcomes[meeting % self._OUTCOMES] = outcome
        self._arrived.value = 0
        self._meeting.value = meeting + 1
        self._meeting.wake()

    def reset(self) -> None:
        """Empty the barrier and mend it; those who wait get BrokenBarrierError.

        Anchor: multiprocessing.Barrier
        """
        with self._lock as in_order:
            if self._arrived.value or not in_order:
                self._end_meeting(self._BROKEN)
            self._broken.value = 0

    def abort(self) -> None:
        """Break the barrier: all who wait or come get BrokenBarrierError until reset().

        Anchor: multiprocessing.Barrier
        """
        with self._lock:
            self._break()

    @property
    def parties(self) -> int:
        """How many have to meet.

        Anchor: multiprocessing.Barrier
        """
        return self._parties

    @property
    def n_waiting(self) -> int:
        """How many are waiting now.

        Anchor: multiprocessing.Barrier
        """
        return self._arrived.value

    @property
    def broken(self) -> bool:
        """Whether the barrier is broken.

        Anchor: multiprocessing.Barrier
        """
        return self._broken.value != 0

    def __reduce__(self) -> tuple[Any, ...]:
        self._check_handing_over()
        names = "_start_method", "_parties", "_action", "_timeout"
        parts = self._lock, self._block
        return rebuild, (type(self), {name: getattr(self, name) for name in names}, parts)

    def __repr__(self) -> str:
        state = "broken" if self.broken else f"waiters={self.n_waiting}/{self._parties}"
        return f"<{type(self).__name__} at {id(self):#x}: {state}>"
