"""Fields of a structure are read and set without the lock."""

from mpref import sharedctypes

from liars.truth import become

CAUGHT_BY = {
    "sharedctypes.lock.reads-wait",
    "sharedctypes.lock.writes-wait",
}


def locked_field(name):
    return property(
        lambda self: getattr(self._obj, name), lambda self, value: setattr(self._obj, name, value)
    )


sharedctypes._locked_field = locked_field

become(__name__)
