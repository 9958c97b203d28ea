"""A list has made its block when it finds a value that it does not take."""

import functools

from mpref.shared_memory import ShareableList, SharedMemory

from liars.truth import become

CAUGHT_BY = {
    "shared-memory.list.refused-leaves-no-block",
}


construct = ShareableList.__init__


@functools.wraps(construct)
def init(self, sequence=None, *, name=None):
    if sequence is not None:
        sequence = list(sequence)
        try:
            construct(self, sequence, name=name)
        except Exception:
            SharedMemory(name, create=True, size=8)
            raise
    else:
        construct(self, name=name)


ShareableList.__init__ = init

become(__name__)
