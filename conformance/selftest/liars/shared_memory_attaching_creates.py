"""Attaching to a name that there is not makes a block."""

import functools

from mpref.shared_memory import SharedMemory

from liars.truth import become

CAUGHT_BY = {
    "shared-memory.child.killed-leaves-the-block",
    "shared-memory.list.refused-leaves-no-block",
    "shared-memory.manager.shutdown-releases-all",
    "shared-memory.manager.with-releases-all",
    "shared-memory.name.missing-raises",
    "shared-memory.pickle.needs-the-living-block",
    "shared-memory.size.refused-leaves-nothing",
    "shared-memory.track.either-way-works",
    "shared-memory.track.ends-clean",
    "shared-memory.unlink.after-close",
    "shared-memory.unlink.by-any-object",
    "shared-memory.unlink.destroys-the-block",
    "shared-memory.unlink.in-a-child",
}


construct = SharedMemory.__init__


@functools.wraps(construct)
def init(self, name=None, create=False, size=0, *, track=True):
    try:
        construct(self, name, create, size, track=track)
    except FileNotFoundError:
        construct(self, name, True, size or 1, track=track)


SharedMemory.__init__ = init

become(__name__)
