"""A name that is in use gives the block that has it."""

import functools

from mpref.shared_memory import SharedMemory

from liars.truth import become

CAUGHT_BY = {
    "shared-memory.list.close-concerns-one-object",
    "shared-memory.list.name-is-taken-once",
    "shared-memory.name.is-taken-once",
}


construct = SharedMemory.__init__


@functools.wraps(construct)
def init(self, name=None, create=False, size=0, *, track=True):
    try:
        construct(self, name, create, size, track=track)
    except FileExistsError:
        construct(self, name, False, track=track)


SharedMemory.__init__ = init

become(__name__)
