"""name and size can be set."""

from mpref.shared_memory import SharedMemory

from liars.truth import become

CAUGHT_BY = {
    "shared-memory.close.keeps-name-and-size",
    "shared-memory.name.is-read-only",
    "shared-memory.size.is-read-only",
}


def plain(name):
    return property(
        lambda self: getattr(self, name), lambda self, value: setattr(self, name, value)
    )


SharedMemory.name = plain("_name")
SharedMemory.size = plain("_size")

become(__name__)
