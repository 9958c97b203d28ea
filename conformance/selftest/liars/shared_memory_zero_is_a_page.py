"""A block of no bytes gets a page."""

import functools
import mmap

from mpref.shared_memory import SharedMemory

from liars.truth import become

CAUGHT_BY = {
    "shared-memory.size.refused-leaves-nothing",
    "shared-memory.size.zero-raises",
}


construct = SharedMemory.__init__


@functools.wraps(construct)
def init(self, name=None, create=False, size=0, *, track=True):
    construct(self, name, create, size or mmap.PAGESIZE if create else size, track=track)


SharedMemory.__init__ = init

become(__name__)
