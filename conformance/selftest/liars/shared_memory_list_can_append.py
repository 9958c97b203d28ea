"""A list offers append(), which raises."""

from mpref.shared_memory import ShareableList

from liars.truth import become

CAUGHT_BY = {
    "shared-memory.list.length-is-fixed",
}


def append(self, value):
    raise BufferError("a list in shared memory keeps its length")


ShareableList.append = append

become(__name__)
