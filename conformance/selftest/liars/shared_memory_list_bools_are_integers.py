"""A bool comes back as an integer."""

from mpref.shared_memory import ShareableList

from liars.truth import become

CAUGHT_BY = {
    "shared-memory.list.items-change",
    "shared-memory.list.items-change-their-type",
    "shared-memory.list.keeps-values-and-types",
    "shared-memory.list.longer-text-raises",
    "shared-memory.list.numbers-at-the-limits",
    "shared-memory.list.repr-shows-values-and-name",
    "shared-memory.list.text-grows-back",
}


get_item = ShareableList.__getitem__


def get(self, position):
    value = get_item(self, position)
    return int(value) if isinstance(value, bool) else value


ShareableList.__getitem__ = get

become(__name__)
