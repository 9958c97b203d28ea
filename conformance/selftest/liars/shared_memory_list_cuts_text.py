"""A text that is too long for its item is cut."""

from mpref.shared_memory import ShareableList

from liars.truth import become

CAUGHT_BY = {
    "shared-memory.list.items-change-their-type",
    "shared-memory.list.longer-text-raises",
}


set_item = ShareableList.__setitem__


def set_cut(self, position, value):
    if isinstance(value, (str, bytes)):
        value = value[: self._room(self._index(position))]
    set_item(self, position, value)


ShareableList.__setitem__ = set_cut

become(__name__)
