"""Anonymous memory that several processes share.

A `Segment` is a `memfd` and its mapping. It has no name, so nothing can be left behind: when the
last process that maps it has ended, in whatever way, the kernel frees it. A forked child has the
mapping already; any other child gets the descriptor with the pickle.

Locks need a few bytes each. A segment for each of them would cost two descriptors and a page, so
`allocate()` gives out `Block`s, which are slots of a common segment (a `_Slab`).

When may a slot be used again? Nobody counts the processes that use it. But a block that was never
pickled, and that no fork has copied, is used by this process alone: when it is collected its slot
is free again. Any other slot stays used until no block of the whole segment is left. For the same
reason a forked child begins a segment of its own: two allocators over one segment would give out
the same slot twice.
"""

from __future__ import annotations

import collections
import ctypes
import os
import threading
from typing import Any, Callable

from .._ipc import reduction
from .._os import descriptors

# Whole cache lines, so that two locks in use at the same time don't slow each other down.
_SLOT = 64
# 1,024 slots. Pages that were never written to take no memory.
_SEGMENT = 64 * 1024
# A longer block gets a segment of its own.
_LONGEST_SLOT = 1024
# In place of the number of forks, for a block that was pickled, so that others may use it.
_KNOWN = -1


class Segment:
    """Memory behind a file descriptor; all bytes are zero at first."""

    def __init__(self, size: int, fd: int | None = None) -> None:
        if fd is None:
            fd = os.memfd_create("mpref")
            try:
                os.ftruncate(fd, size)
            except BaseException:
                os.close(fd)
                raise
        self.size = size
        self.fd = fd
        try:
            self.memory = descriptors.map_file(fd, size)
        except BaseException:
            os.close(fd)
            self.fd = -1
            raise
        # While this exists the mapping can't be closed, which would pull it from under a lock.
        self._anchor = ctypes.c_char.from_buffer(self.memory)
        self.address = ctypes.addressof(self._anchor)

    def __del__(self, close: Callable[[int], None] = os.close) -> None:
        fd = getattr(self, "fd", -1)
        if fd >= 0:
            self.fd = -1
            close(fd)

    def __reduce__(self) -> tuple[Any, ...]:
        return _attach_segment, (reduction.DupFd(self.fd), self.size)


def _attach_segment(fd: reduction.DupFd, size: int) -> Segment:
    return Segment(size, fd.detach())


class Block:
    """`size` bytes of a segment, aligned for any C type, all zero at first."""

    __slots__ = ("__weakref__", "_private", "offset", "segment", "size")

    def __init__(self, segment: Segment, offset: int, size: int) -> None:
        self.segment = segment
        self.offset = offset
        self.size = size
        # For the allocator, when it can use the slot again; see the head of the file.
        self._private: tuple[_Allocator, _Slab, int] | None = None

    @property
    def address(self) -> int:
        """Where the block is in this process."""
        return self.segment.address + self.offset

    def view(self) -> memoryview:
        """The bytes themselves, writable."""
        return memoryview(self.segment.memory)[self.offset : self.offset + self.size]

    def __reduce__(self) -> tuple[Any, ...]:
        if self._private is not None:
            allocator, slab, _ = self._private
            self._private = allocator, slab, _KNOWN
        return Block, (self.segment, self.offset, self.size)

    def __del__(self) -> None:
        if self._private is not None:
            allocator, slab, forks = self._private
            allocator.give_back(slab, self.offset, forks)


class _Slab:
    """A segment cut into slots of one length."""

    __slots__ = ("free", "fresh", "lost", "segment", "size", "used")

    def __init__(self, size: int) -> None:
        self.size = size
        self.segment = Segment(_SEGMENT)
        # Offsets of slots that came back, and of those that were never given out.
        self.free: list[int] = []
        self.fresh = iter(range(0, _SEGMENT - size + 1, size))
        self.used = 0
        # Some slots won't be used again, as another process may use them.
        self.lost = False

    def take(self) -> int | None:
        offset = self.free.pop() if self.free else next(self.fresh, None)
        if offset is not None:
            self.used += 1
        return offset


class _Allocator:
    """Gives out slots, and drops a segment when none of its slots is used any more."""

    def __init__(self) -> None:
        self.forks = 0
        # By the length of their slots. Only those that may have a free slot.
        self._slabs: dict[int, list[_Slab]] = {}
        # Finalizers run at any moment, also while this thread holds the lock. They put slots that
        # come back on this list, which needs no lock.
        self._returned: collections.deque[tuple[_Slab, int, int]] = collections.deque()
        # Reentrant, as a signal handler may make a lock in the middle of any of these methods.
        self._lock = threading.RLock()
        self._is_putting_back = False

    def slot(self, size: int) -> Block:
        with self._lock:
            self._put_back()
            slab, offset = self._take(size)
            block = Block(slab.segment, offset, size)
            block._private = self, slab, self.forks
        slab.segment.memory[offset : offset + size] = bytes(size)
        return block

    def _take(self, size: int) -> tuple[_Slab, int]:
        slabs = self._slabs.setdefault(size, [])
        while True:
            for slab in slabs[-1:]:
                offset = slab.take()
                if offset is not None:
                    return slab, offset
                _discard(slabs, slab)
            if not slabs:
                slabs.append(_Slab(size))

    def give_back(self, slab: _Slab, offset: int, forks: int) -> None:
        """Take a slot back from a finalizer; `forks` is the number when it was given out."""
        self._returned.append((slab, offset, forks))
        if self._lock.acquire(False):
            try:
                self._put_back()
            finally:
                self._lock.release()

    def _put_back(self) -> None:
        if self._is_putting_back:
            return
        self._is_putting_back = True
        try:
            while self._returned:
                self._put_back_one(*self._returned.popleft())
        finally:
            self._is_putting_back = False

    def _put_back_one(self, slab: _Slab, offset: int, forks: int) -> None:
        slab.used -= 1
        if forks != self.forks:
            slab.lost = True
        else:
            slab.free.append(offset)
        slabs = self._slabs[slab.size]
        _discard(slabs, slab)
        # The last slab without used and without lost slots is kept: otherwise a program that makes
        # one lock after another would make a segment for each.
        if slab.used or not (slabs or slab.lost):
            slabs.append(slab)

    def fork_is_near(self) -> None:
        """Called before and after a fork: blocks given out meanwhile are copied, too."""
        self.forks += 1


def _discard(slabs: list[_Slab], slab: _Slab) -> None:
    try:
        slabs.remove(slab)
    except ValueError:
        pass


_allocator = _Allocator()


def allocate(size: int) -> Block:
    """A zeroed block of at least `size` bytes, shared with whoever is given it."""
    if size > _LONGEST_SLOT:
        return Block(Segment(size), 0, size)
    return _allocator.slot(-(-size // _SLOT) * _SLOT)


def _fresh_allocator() -> None:
    global _allocator
    _allocator = _Allocator()


os.register_at_fork(
    before=lambda: _allocator.fork_is_near(),
    after_in_parent=lambda: _allocator.fork_is_near(),
    after_in_child=_fresh_allocator,
)
