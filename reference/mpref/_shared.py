"""Anonymous memory that several processes share.

A `Segment` is a `memfd` and its mapping: no name, so nothing to leak. When the last process
that maps it goes, by whatever death, the kernel takes it back. A forked child has the mapping
already; any other child gets the descriptor with the pickle.

Locks need a few bytes each. A segment for each would cost two descriptors and a page, so
`allocate()` hands out `Block`s, slots of a common segment.

When may a slot be used again? Nobody counts the processes that know it. But a block that was
never pickled, and that no fork has copied, is known to this process alone: its slot goes back
when the block does. Any other slot stays used until the whole segment is forgotten. For the
same reason a forked child starts a segment of its own: two allocators with one memory would
give one slot away twice.
"""

import ctypes
import mmap
import os
import sys
import threading
from typing import Any, Callable, Dict, List, Optional, Tuple

from . import _reduction

# Whole cache lines, so that two busy locks don't slow each other.
_SLOT = 64
# 1,024 slots. Pages that nobody touches cost nothing.
_SEGMENT = 64 * 1024
# What is longer gets a segment of its own.
_LONGEST_SLOT = 1024


class Segment:
    """Memory behind a file descriptor; all bytes are zero at first."""

    def __init__(self, size: int, fd: Optional[int] = None) -> None:
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
            self.memory = _map(fd, size)
        except BaseException:
            os.close(fd)
            self.fd = -1
            raise
        # Keeps the mapping from being closed under a lock that lives in it.
        self._anchor = ctypes.c_char.from_buffer(self.memory)
        self.address = ctypes.addressof(self._anchor)

    def __del__(self, close: Callable[[int], None] = os.close) -> None:
        fd = getattr(self, "fd", -1)
        if fd >= 0:
            self.fd = -1
            close(fd)

    def __reduce__(self) -> Tuple[Any, ...]:
        return _attach_segment, (_reduction.DupFd(self.fd), self.size)


def _map(fd: int, size: int) -> mmap.mmap:
    if sys.version_info >= (3, 13) and sys.implementation.name == "cpython":
        # Without a second descriptor for the same memory.
        return mmap.mmap(fd, size, trackfd=False)
    return mmap.mmap(fd, size)


def _attach_segment(fd: "_reduction.DupFd", size: int) -> Segment:
    return Segment(size, fd.detach())


class Block:
    """`size` bytes of a segment, aligned for any C type, all zero at first."""

    __slots__ = ("__weakref__", "_private", "offset", "segment", "size")

    def __init__(self, segment: Segment, offset: int, size: int) -> None:
        self.segment = segment
        self.offset = offset
        self.size = size
        # The allocator's, where the slot can go back to it; see the head of the file.
        self._private: Optional[Tuple["_Allocator", int]] = None

    @property
    def address(self) -> int:
        """Where the block is in this process."""
        return self.segment.address + self.offset

    def view(self) -> memoryview:
        """The bytes themselves, writable."""
        return memoryview(self.segment.memory)[self.offset : self.offset + self.size]

    def __reduce__(self) -> Tuple[Any, ...]:
        self._private = None
        return Block, (self.segment, self.offset, self.size)

    def __del__(self) -> None:
        if self._private is not None:
            allocator, forks = self._private
            free = allocator.free.get(self.size)
            if forks == allocator.forks and free is not None:
                # list.append needs no lock, and a finalizer must not wait for one.
                free.append((self.segment, self.offset))


class _Allocator:
    """Gives out the slots of one segment after the other."""

    def __init__(self) -> None:
        # By the length of the slot.
        self.free: Dict[int, List[Tuple[Segment, int]]] = {}
        self.forks = 0
        self._lock = threading.Lock()
        self._segment: Optional[Segment] = None
        self._next = 0

    def slot(self, size: int) -> Block:
        with self._lock:
            segment, offset = self._take(size)
        segment.memory[offset : offset + size] = bytes(size)
        block = Block(segment, offset, size)
        block._private = self, self.forks
        return block

    def _take(self, size: int) -> Tuple[Segment, int]:
        free = self.free.setdefault(size, [])
        if free:
            return free.pop()
        if self._segment is None or self._next + size > self._segment.size:
            self._segment, self._next = Segment(_SEGMENT), 0
        self._next += size
        return self._segment, self._next - size

    def before_fork(self) -> None:
        self.forks += 1
        self.free = {}


_allocator = _Allocator()


def allocate(size: int) -> Block:
    """A zeroed block of at least `size` bytes, shared with whoever is given it."""
    if size > _LONGEST_SLOT:
        return Block(Segment(size), 0, size)
    return _allocator.slot(-(-size // _SLOT) * _SLOT)


def _fresh_allocator() -> None:
    global _allocator
    _allocator = _Allocator()


os.register_at_fork(before=lambda: _allocator.before_fork(), after_in_child=_fresh_allocator)
