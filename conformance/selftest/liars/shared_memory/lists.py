"""Lies about ShareableList."""

from mpref import shared_memory
from mpref.shared_memory import ShareableList, SharedMemory

from liars.lies import lie, replace


@lie(
    ShareableList,
    "__init__",
    caught_by=[
        "shared-memory.list.children-end-clean",
        "shared-memory.list.close-concerns-one-object",
        "shared-memory.list.format-follows-changes",
        "shared-memory.list.halves-by-two-children",
        "shared-memory.list.in-a-child",
        "shared-memory.list.name-is-taken-once",
        "shared-memory.list.objects-share-it",
        "shared-memory.manager.lists-in-children",
        "shared-memory.pickle.list-is-the-same",
    ],
)
def attached_list_is_a_copy(original, self, sequence=None, *, name=None):
    """A ShareableList that attaches has a copy of the values."""
    original(self, sequence, name=name)
    if sequence is None:
        copied = bytearray(self.shm.buf)
        self._memory = lambda: memoryview(copied)


@lie(
    ShareableList,
    "__getitem__",
    caught_by=[
        "shared-memory.list.items-change",
        "shared-memory.list.items-change-their-type",
        "shared-memory.list.keeps-values-and-types",
        "shared-memory.list.longer-text-raises",
        "shared-memory.list.numbers-at-the-limits",
        "shared-memory.list.repr-shows-values-and-name",
        "shared-memory.list.text-grows-back",
    ],
)
def bools_become_integers(original, self, position):
    """A bool comes back from a ShareableList as an integer."""
    value = original(self, position)
    return int(value) if isinstance(value, bool) else value


@lie(caught_by=["shared-memory.list.length-is-fixed"])
def list_has_append():
    """A ShareableList offers append(), which raises."""

    def append(self, value):
        raise BufferError("a list in shared memory keeps its length")

    ShareableList.append = append


@lie(caught_by=["shared-memory.list.count-counts"])
def count_ignores_case():
    """count() of a ShareableList ignores the case of letters."""

    def lower(value):
        return value.lower() if isinstance(value, (str, bytes)) else value

    @replace(ShareableList, "count")
    def count(self, value):
        return [lower(item) for item in self].count(lower(value))


@lie(
    ShareableList,
    "__setitem__",
    caught_by=[
        "shared-memory.list.items-change-their-type",
        "shared-memory.list.longer-text-raises",
    ],
)
def too_long_text_is_truncated(original, self, position, value):
    """A text that is too long for its item is truncated."""
    if isinstance(value, (str, bytes)):
        value = value[: self._room(self._index(position))]
    original(self, position, value)


@lie(
    ShareableList,
    "index",
    caught_by=[
        "shared-memory.list.finding-after-a-change",
        "shared-memory.list.index-is-the-first",
    ],
)
def index_finds_the_last(self, value):
    """index() of a ShareableList returns the last position of a value."""
    return len(self) - 1 - list(self)[::-1].index(value)


@lie(
    caught_by=[
        "shared-memory.list.format-follows-changes",
        "shared-memory.list.format-of-a-float",
    ],
)
def format_never_changes():
    """format of a ShareableList remains that of its first values."""
    find = ShareableList.format.fget

    @replace(ShareableList, "__init__")
    def init(original, self, sequence=None, *, name=None):
        original(self, sequence, name=name)
        self._format = find(self)

    replace(ShareableList, "format")(lambda self: self._format)


@lie(ShareableList, "__getitem__", caught_by=["shared-memory.list.slices-raise"])
def slices_are_lists(original, self, position):
    """A slice of a ShareableList is a list, and does not raise."""
    return list(self)[position] if isinstance(position, slice) else original(self, position)


@lie(ShareableList, "index", caught_by=["shared-memory.list.index-raises-for-the-missing"])
def index_of_a_missing_value_is_minus_one(original, self, value):
    """index() of a ShareableList returns -1 for a value that is not there."""
    return original(self, value) if value in list(self) else -1


@lie(
    shared_memory,
    "_encode",
    caught_by=[
        "shared-memory.list.can-be-empty",
        "shared-memory.list.padding-keeps-nulls",
        "shared-memory.list.text-as-long-fits",
        "shared-memory.list.text-is-measured-in-bytes",
        "shared-memory.list.text-of-four-byte-characters",
        "shared-memory.list.texts-of-many-lengths",
    ],
)
def text_is_measured_in_characters(original, value):
    """The room that a text gets is its length in characters, not in bytes."""
    kind, data = original(value)
    return kind, data[: -(-len(value) // 8) * 8] if isinstance(value, str) else data


@lie(ShareableList, "__init__", caught_by=["shared-memory.list.refused-leaves-no-block"])
def refused_list_leaves_a_block(original, self, sequence=None, *, name=None):
    """A ShareableList that refuses a value leaves the block that it made."""
    if sequence is not None:
        sequence = list(sequence)
        try:
            original(self, sequence, name=name)
        except Exception:
            SharedMemory(name, create=True, size=8)
            raise
    else:
        original(self, name=name)


@lie(
    ShareableList,
    "__setitem__",
    caught_by=[
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
    ],
)
def item_types_are_fixed(original, self, position, value):
    """An item of a ShareableList keeps the type that it had at first."""
    if type(value) is not type(self[position]):
        raise TypeError(f"the item is a {type(self[position]).__name__}")
    original(self, position, value)
