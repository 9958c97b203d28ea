"""A block is unlinked when the process ends that made it."""

import atexit
import functools
import os

from mpref.shared_memory import SharedMemory

from liars.truth import become

CAUGHT_BY = {
    "shared-memory.block.outlives-its-maker",
    "shared-memory.block.outlives-its-maker-as-the-first",
    "shared-memory.block.outliving-ends-clean",
    "shared-memory.track.false-outlives-the-program",
    "shared-memory.unlink.in-a-child",
}


construct = SharedMemory.__init__


@functools.wraps(construct)
def init(self, name=None, create=False, size=0, *, track=True):
    construct(self, name, create, size, track=track)
    if create:
        atexit.register(unlink, self._name)


def unlink(name):
    if os.path.exists("/dev/shm/" + name):
        os.unlink("/dev/shm/" + name)


SharedMemory.__init__ = init

become(__name__)
