"""close() leaves everything open."""

from mpref.shared_memory import SharedMemory

from liars.truth import become

CAUGHT_BY = {
    "shared-memory.close.concerns-this-object-only",
    "shared-memory.close.ends-access",
    "shared-memory.close.frees-descriptors",
    "shared-memory.close.of-all-keeps-the-block",
    "shared-memory.close.refused-changes-nothing",
    "shared-memory.list.close-concerns-one-object",
}


SharedMemory.close = lambda self: None

become(__name__)
