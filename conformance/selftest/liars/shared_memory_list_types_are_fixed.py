"""An item keeps the type that it had at first."""

from mpref.shared_memory import ShareableList

from liars.truth import become

CAUGHT_BY = {
    "shared-memory.list.children-end-clean",
    "shared-memory.list.close-concerns-one-object",
    "shared-memory.list.format-follows-changes",
    "shared-memory.list.format-is-of-struct",
    "shared-memory.list.format-of-a-float",
    "shared-memory.list.halves-by-two-children",
    "shared-memory.list.in-a-child",
    "shared-memory.list.items-change",
    "shared-memory.list.items-change-their-type",
    "shared-memory.list.longer-text-raises",
    "shared-memory.list.name-is-taken-once",
    "shared-memory.list.objects-share-it",
    "shared-memory.list.of-any-sequence",
    "shared-memory.list.shm-is-the-block",
    "shared-memory.list.text-grows-back",
}


set_item = ShareableList.__setitem__


def set_same(self, position, value):
    if type(value) is not type(self[position]):
        raise TypeError(f"the item is a {type(self[position]).__name__}")
    set_item(self, position, value)


ShareableList.__setitem__ = set_same

become(__name__)
