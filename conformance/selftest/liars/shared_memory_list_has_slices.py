"""A slice of a list is a plain list."""

from mpref.shared_memory import ShareableList

from liars.truth import become

CAUGHT_BY = {
    "shared-memory.list.slices-raise",
}


get_item = ShareableList.__getitem__


def get(self, position):
    return list(self)[position] if isinstance(position, slice) else get_item(self, position)


ShareableList.__getitem__ = get

become(__name__)
