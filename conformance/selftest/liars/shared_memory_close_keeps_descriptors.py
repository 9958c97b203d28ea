"""An object keeps a file descriptor for good."""

import functools
import os

from mpref.shared_memory import SharedMemory

from liars.truth import become

CAUGHT_BY = {
    "shared-memory.block.forgotten-object-closes",
    "shared-memory.close.frees-descriptors",
}


construct = SharedMemory.__init__


@functools.wraps(construct)
def init(self, name=None, create=False, size=0, *, track=True):
    construct(self, name, create, size, track=track)
    os.open("/dev/shm/" + self._name, os.O_RDONLY)


SharedMemory.__init__ = init

become(__name__)
