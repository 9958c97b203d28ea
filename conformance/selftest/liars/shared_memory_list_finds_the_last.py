"""index() gives the last position of a value."""

from mpref.shared_memory import ShareableList

from liars.truth import become

CAUGHT_BY = {
    "shared-memory.list.finding-after-a-change",
    "shared-memory.list.index-is-the-first",
}


def index(self, value):
    return len(self) - 1 - list(self)[::-1].index(value)


ShareableList.index = index

become(__name__)
