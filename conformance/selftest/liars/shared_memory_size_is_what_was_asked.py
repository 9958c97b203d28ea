"""size is what was asked for, also when attaching."""

import functools

from mpref.shared_memory import SharedMemory

from liars.truth import become

CAUGHT_BY = {
    "shared-memory.block.size-is-at-least-that-asked-for",
    "shared-memory.block.size-is-ignored-when-attaching",
    "shared-memory.manager.makes-blocks",
    "shared-memory.size.is-enough",
}


construct = SharedMemory.__init__


@functools.wraps(construct)
def init(self, name=None, create=False, size=0, *, track=True):
    construct(self, name, create, size, track=track)
    self._size = size


SharedMemory.__init__ = init

become(__name__)
