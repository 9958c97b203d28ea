"""A list that attaches has a copy of the values."""

import functools

from mpref.shared_memory import ShareableList

from liars.truth import become

CAUGHT_BY = {
    "shared-memory.list.children-end-clean",
    "shared-memory.list.close-concerns-one-object",
    "shared-memory.list.format-follows-changes",
    "shared-memory.list.halves-by-two-children",
    "shared-memory.list.in-a-child",
    "shared-memory.list.name-is-taken-once",
    "shared-memory.list.objects-share-it",
    "shared-memory.manager.lists-in-children",
    "shared-memory.pickle.list-is-the-same",
}


construct = ShareableList.__init__


@functools.wraps(construct)
def init(self, sequence=None, *, name=None):
    construct(self, sequence, name=name)
    if sequence is None:
        copied = bytearray(self.shm.buf)
        self._memory = lambda: memoryview(copied)


ShareableList.__init__ = init

become(__name__)
