"""A string that is too long is cut."""

from mpref import sharedctypes

from liars.truth import become

CAUGHT_BY = {
    "sharedctypes.string.of-the-module",
    "sharedctypes.string.too-long-raises",
    "sharedctypes.string.value-and-raw",
}


raw = sharedctypes.SynchronizedString.raw
value = sharedctypes.SynchronizedString.value


def cut(accessor):
    return property(accessor.fget, lambda self, text: accessor.fset(self, text[: len(self)]))


sharedctypes.SynchronizedString.value = cut(value)
sharedctypes.SynchronizedString.raw = cut(raw)

become(__name__)
