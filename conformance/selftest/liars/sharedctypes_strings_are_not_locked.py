"""value and raw of a string are read without the lock."""

from mpref import sharedctypes

from liars.truth import become

CAUGHT_BY = {
    "sharedctypes.lock.reads-wait",
}


def accessor(name):
    return property(
        lambda self: getattr(self._obj, name), lambda self, value: setattr(self._obj, name, value)
    )


sharedctypes.SynchronizedString.value = accessor("value")
sharedctypes.SynchronizedString.raw = accessor("raw")

become(__name__)
