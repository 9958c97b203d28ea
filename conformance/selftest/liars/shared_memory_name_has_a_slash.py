"""The name of a block begins with a slash."""

from mpref.shared_memory import SharedMemory

from liars.truth import become

CAUGHT_BY = {
    "shared-memory.close.keeps-name-and-size",
    "shared-memory.list.repr-of-an-attached-one",
    "shared-memory.list.shm-is-the-block",
    "shared-memory.name.is-read-only",
    "shared-memory.name.is-the-given-one",
    "shared-memory.size.is-read-only",
}


SharedMemory.name = property(lambda self: "/" + self._name)

become(__name__)
