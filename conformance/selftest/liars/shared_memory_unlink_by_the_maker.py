"""unlink() does nothing for those who attached."""

import functools

from mpref.shared_memory import SharedMemory

from liars.truth import become

CAUGHT_BY = {
    "shared-memory.manager.shutdown-releases-all",
    "shared-memory.manager.with-releases-all",
    "shared-memory.track.false-outlives-the-program",
    "shared-memory.track.untracked-ends-clean",
    "shared-memory.unlink.by-any-object",
    "shared-memory.unlink.in-a-child",
}


construct = SharedMemory.__init__


@functools.wraps(construct)
def init(self, name=None, create=False, size=0, *, track=True):
    construct(self, name, create, size, track=track)
    self._made = create


unlink = SharedMemory.unlink


def unlink_own(self):
    if self._made:
        unlink(self)


SharedMemory.unlink = unlink_own


SharedMemory.__init__ = init

become(__name__)
