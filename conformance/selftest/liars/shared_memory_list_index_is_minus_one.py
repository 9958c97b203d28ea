"""index() of a value that is not there gives -1."""

from mpref.shared_memory import ShareableList

from liars.truth import become

CAUGHT_BY = {
    "shared-memory.list.index-raises-for-the-missing",
}


find = ShareableList.index


def index(self, value):
    return find(self, value) if value in list(self) else -1


ShareableList.index = index

become(__name__)
