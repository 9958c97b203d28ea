"""format is that of the values of which the list was made."""

import functools

from mpref.shared_memory import ShareableList

from liars.truth import become

CAUGHT_BY = {
    "shared-memory.list.format-follows-changes",
    "shared-memory.list.format-of-a-float",
}


construct, find = ShareableList.__init__, ShareableList.format.fget


@functools.wraps(construct)
def init(self, sequence=None, *, name=None):
    construct(self, sequence, name=name)
    self._format = find(self)


ShareableList.__init__ = init
ShareableList.format = property(lambda self: self._format)

become(__name__)
