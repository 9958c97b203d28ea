"""A pickled block is loaded as a new one with the same bytes."""

import atexit

from mpref.shared_memory import SharedMemory

from liars.truth import become

CAUGHT_BY = {
    "shared-memory.pickle.block-is-the-same",
    "shared-memory.pickle.list-is-the-same",
    "shared-memory.pickle.needs-the-living-block",
}


def load(content):
    block = SharedMemory(create=True, size=len(content))
    block.buf[:] = content
    atexit.register(block.unlink)
    return block


SharedMemory.__reduce__ = lambda self: (load, (bytes(self.buf),))

become(__name__)
