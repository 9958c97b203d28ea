"""An object that attaches has the size that it is given."""

import functools

from mpref.shared_memory import SharedMemory

from liars.truth import become

CAUGHT_BY = {
    "shared-memory.block.size-is-ignored-when-attaching",
}


construct = SharedMemory.__init__


@functools.wraps(construct)
def init(self, name=None, create=False, size=0, *, track=True):
    construct(self, name, create, size, track=track)
    if not create and 0 < size < self._size:
        self._size = size
        self._buf = self._buf[:size]


SharedMemory.__init__ = init

become(__name__)
