"""A second close() raises."""

from mpref.shared_memory import SharedMemory

from liars.truth import become

CAUGHT_BY = {
    "shared-memory.close.can-be-repeated",
}


close = SharedMemory.close


def close_once(self):
    if self._buf is None:
        raise ValueError("the block is closed")
    close(self)


SharedMemory.close = close_once

become(__name__)
