"""A new block is full of what was there before."""

import functools

from mpref.shared_memory import SharedMemory

from liars.truth import become

CAUGHT_BY = {
    "shared-memory.block.begins-zeroed",
    "shared-memory.name.can-be-used-again",
}


construct = SharedMemory.__init__


@functools.wraps(construct)
def init(self, name=None, create=False, size=0, *, track=True):
    construct(self, name, create, size, track=track)
    if create:
        self._buf[:] = b"\xff" * self._size


SharedMemory.__init__ = init

become(__name__)
