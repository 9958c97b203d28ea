"""Memory that a pool shares with its workers, in which each writes which task it has begun.

A worker writes the serial of a task as soon as it has received it, before anything of it is
unpickled. When the worker is killed the number is still there, so the pool knows which task it was
doing. The other tasks that it was sent were not begun, and are sent to another worker.
"""

from __future__ import annotations

import mmap
import os
from typing import Any

from .._ipc import reduction
from .._os import descriptors

__all__ = ["Board"]

_WORD = 8


class Board:
    """A number for each of `places`, 0 at first, that all processes with this board see."""

    def __init__(self, places: int) -> None:
        self._attach(descriptors.anonymous_file(bytes(places * _WORD)), places)

    def _attach(self, fd: int, places: int) -> None:
        self._fd = fd
        self.places = places
        try:
            self._memory = mmap.mmap(fd, places * _WORD)
        except BaseException:
            os.close(fd)
            self._fd = -1
            raise
        self.words = memoryview(self._memory).cast("Q")

    def close(self) -> None:
        """Close the descriptor. The memory stays, but no new worker can get it."""
        fd, self._fd = self._fd, -1
        if fd >= 0:
            os.close(fd)

    def __reduce__(self) -> tuple[Any, ...]:
        return _attach, (reduction.DupFd(self._fd), self.places)


def _attach(fd: reduction.DupFd, places: int) -> Board:
    board = Board.__new__(Board)
    board._attach(fd.detach(), places)
    board.close()
    return board
