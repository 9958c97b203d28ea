"""unlink() raises before close()."""

from mpref.shared_memory import SharedMemory

from liars.truth import become

CAUGHT_BY = {
    "shared-memory.unlink.before-close",
    "shared-memory.unlink.by-any-object",
}


unlink = SharedMemory.unlink


def unlink_closed(self):
    if self._buf is not None:
        raise ValueError("close the block first")
    unlink(self)


SharedMemory.unlink = unlink_closed

become(__name__)
