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

import collections
import ctypes
import os
import threading
from typing import Any, Callable, Deque, Dict, List, Optional, Tuple

from .._ipc import reduction
from .._os import descriptors

# Whole cache lines, so that two busy locks don't slow each other.
_SLOT = 64
# 1,024 slots. Pages that nobody touches cost nothing.
_SEGMENT = 64 * 1024
# What is longer gets a segment of its own.
_LONGEST_SLOT = 1024
# In place of the number of forks, for a slot that another process was told of.
_KNOWN = -1


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
            self.memory = descriptors.map_file(fd, size)
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
        return _attach_segment, (reduction.DupFd(self.fd), self.size)


def _attach_segment(fd: "reduction.DupFd", size: int) -> Segment:
    return Segment(size, fd.detach())


class Block:
    """`size` bytes of a segment, aligned for any C type, all zero at first."""

    __slots__ = ("__weakref__", "_private", "offset", "segment", "size")

    def __init__(self, segment: Segment, offset: int, size: int) -> None:
        self.segment = segment
        self.offset = offset
        self.size = size
        # The allocator's, where the slot can go back to it; see the head of the file.
        self._private: Optional[Tuple["_Allocator", "_Slab", int]] = None

    @property
    def address(self) -> int:
        """Where the block is in this process."""
        return self.segment.address + self.offset

    def view(self) -> memoryview:
        """The bytes themselves, writable."""
        return memoryview(self.segment.memory)[self.offset : self.offset + self.size]

    def __reduce__(self) -> Tuple[Any, ...]:
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
        # What came back, and what was never given out.
        self.free: List[int] = []
        self.fresh = iter(range(0, _SEGMENT - size + 1, size))
        self.used = 0
        # Some slots won't be used again: another process may know them.
        self.lost = False

    def take(self) -> Optional[int]:
        offset = self.free.pop() if self.free else next(self.fresh, None)
        if offset is not None:
            self.used += 1
        return offset


class _Allocator:
    """Gives out slots, and lets a segment go when nothing of it is used any more."""

    def __init__(self) -> None:
        self.forks = 0
        # By the length of their slots; those that may have room.
        self._slabs: Dict[int, List[_Slab]] = {}
        # Finalizers run at any moment, also while this thread holds the lock: they put what comes
        # back on this list, which takes no lock.
        self._returned: Deque[Tuple[_Slab, int, int]] = collections.deque()
        # Reentrant, as a signal handler may make a lock while this thread is at it.
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

    def _take(self, size: int) -> Tuple[_Slab, int]:
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
        """For finalizers; `forks` is how many there had been when the slot was given out."""
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
        # One that is unused but whole is kept, so that a lone lock which comes and goes does not
        # make a segment each time.
        if slab.used or not (slabs or slab.lost):
            slabs.append(slab)

    def fork_is_near(self) -> None:
        """Before and after: what other threads are given in between is copied, too."""
        self.forks += 1


def _discard(slabs: List[_Slab], slab: _Slab) -> None:
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
