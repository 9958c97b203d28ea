"""Memory for shared ctypes objects, in few segments.

`segments` gives out slots for small objects, like locks and single numbers. An array is longer, and
with a segment for each (two descriptors before Python 3.13) a process would soon have no
descriptors left. So arrays share arenas: segments, each twice as large as the one before, whose
pages take no memory before they are written to. Only a very long array gets a segment of its own.

When the last Python object of a block is collected, the block can be used again if no other process
can use it: as in `segments`, nobody counts these. A block that was given to a child, or existed at
a fork, stays used for as long as anything in its arena is. The arena is dropped with its last
block.
"""

from __future__ import annotations

import bisect
import collections
import ctypes
import mmap
import os
import threading
from typing import Any

from . import segments

__all__ = ["allocate"]

# A cache line: enough to align every C type, and two arrays don't slow each other down.
_GRAIN = 64
# The longest slot of `segments`.
_LONGEST_SLOT = 1024
_FIRST_ARENA = 256 * 1024
# With arenas of this size a process with 256 descriptors has room for several GiB.
_LARGEST_ARENA = 64 * 1024 * 1024
_LONGEST_BLOCK = _LARGEST_ARENA // 8
# Below this, giving pages back to the system costs more than writing zeros into them.
_WORTH_RETURNING = 64 * 1024


def allocate(size: int) -> segments.Block:
    """A zeroed block of at least `size` bytes, aligned for any C type."""
    if size <= _LONGEST_SLOT:
        return segments.allocate(max(size, 1))
    if size > _LONGEST_BLOCK:
        return segments.Block(segments.Segment(size), 0, size)
    return _heap.take(-(-size // _GRAIN) * _GRAIN)


class _Arena:
    """One segment, and its free parts."""

    def __init__(self, size: int) -> None:
        self.segment = segments.Segment(size)
        # (begin, end) of each free part, in order; two that touch are made one.
        self.free: list[tuple[int, int]] = [(0, size)]
        # From this offset on nothing was ever given out, so all is zero.
        self.clean = 0
        # Bytes that this process does not use any more, and perhaps another one.
        self.lost = 0

    def take(self, size: int) -> int | None:
        for place, (begin, end) in enumerate(self.free):
            if end - begin >= size:
                rest = [(begin + size, end)] if end - begin > size else []
                self.free[place : place + 1] = rest
                self._wipe(begin, begin + size)
                return begin
        return None

    def give(self, begin: int, end: int) -> None:
        if end - begin >= _WORTH_RETURNING:
            self._return_pages(begin, end)
        place = bisect.bisect(self.free, (begin, end))
        if place < len(self.free) and self.free[place][0] == end:
            end = self.free.pop(place)[1]
        if place > 0 and self.free[place - 1][1] == begin:
            place -= 1
            begin = self.free.pop(place)[0]
        self.free.insert(place, (begin, end))

    def is_unused(self) -> bool:
        return sum(end - begin for begin, end in self.free) + self.lost == self.segment.size

    def _wipe(self, begin: int, end: int) -> None:
        dirty = min(end, self.clean) - begin
        if dirty > 0:
            ctypes.memset(self.segment.address + begin, 0, dirty)
        self.clean = max(self.clean, end)

    def _return_pages(self, begin: int, end: int) -> None:
        first = -(-begin // mmap.PAGESIZE) * mmap.PAGESIZE
        length = end // mmap.PAGESIZE * mmap.PAGESIZE - first
        try:
            self.segment.memory.madvise(mmap.MADV_REMOVE, first, length)
        except (AttributeError, OSError, ValueError):
            pass  # the system can't do that: the pages are kept for the next block


class _Heap:
    """The arenas of one process."""

    def __init__(self) -> None:
        self.forks = 0
        # Finalizers run at any moment, also while this thread holds the lock. They put blocks that
        # come back on this list, which needs no lock.
        self.returned: collections.deque[tuple[_Arena, int, int, bool]] = collections.deque()
        self._arenas: list[_Arena] = []
        self._next_size = _FIRST_ARENA
        self._lock = threading.Lock()

    def take(self, size: int) -> segments.Block:
        with self._lock:
            self._put_back()
            arena, offset = self._find(size)
        return _ArenaBlock(self, arena, offset, size)

    def collect(self) -> None:
        """Free the blocks on the list, unless another call is just doing so."""
        if self._lock.acquire(False):
            try:
                self._put_back()
            finally:
                self._lock.release()

    def _find(self, size: int) -> tuple[_Arena, int]:
        for arena in reversed(self._arenas):
            offset = arena.take(size)
            if offset is not None:
                return arena, offset
        while self._next_size < min(2 * size, _LARGEST_ARENA):
            self._next_size *= 2
        arena = _Arena(self._next_size)
        self._next_size = min(2 * self._next_size, _LARGEST_ARENA)
        self._arenas.append(arena)
        offset = arena.take(size)
        assert offset is not None
        return arena, offset

    def _put_back(self) -> None:
        while self.returned:
            arena, begin, end, is_private = self.returned.popleft()
            if is_private:
                arena.give(begin, end)
            else:
                arena.lost += end - begin
            # The last arena without used and without lost bytes is kept: otherwise a program that
            # makes one array after another would make a segment for each.
            if arena.is_unused() and (arena.lost or len(self._arenas) > 1):
                self._arenas.remove(arena)


class _ArenaBlock(segments.Block):
    """A block that goes back to its arena."""

    __slots__ = ("_arena", "_forks", "_heap", "_is_private")

    def __init__(self, heap: _Heap, arena: _Arena, offset: int, size: int) -> None:
        super().__init__(arena.segment, offset, size)
        self._heap = heap
        self._arena = arena
        self._forks = heap.forks
        self._is_private = True

    def __reduce__(self) -> tuple[Any, ...]:
        self._is_private = False
        return segments.Block, (self.segment, self.offset, self.size)

    def __del__(self) -> None:
        heap = self._heap
        if heap is not _heap:
            return  # this process is a forked copy, and the block belongs to its original
        is_private = self._is_private and self._forks == heap.forks
        heap.returned.append((self._arena, self.offset, self.offset + self.size, is_private))
        heap.collect()


_heap = _Heap()


def _fork_is_near() -> None:
    # Before and after the fork: blocks that other threads get meanwhile are copied, too.
    _heap.forks += 1


def _fresh_heap() -> None:
    # A copy with the arenas of its original would give out the same memory.
    global _heap
    _heap = _Heap()


os.register_at_fork(before=_fork_is_near, after_in_parent=_fork_is_near, after_in_child=_fresh_heap)
