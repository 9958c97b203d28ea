"""count() takes no notice of the case of letters."""

from mpref.shared_memory import ShareableList

from liars.truth import become

CAUGHT_BY = {
    "shared-memory.list.count-counts",
}


def lower(value):
    return value.lower() if isinstance(value, (str, bytes)) else value


ShareableList.count = lambda self, value: [lower(item) for item in self].count(lower(value))

become(__name__)
