"""Reading and setting a value does not take the lock."""

from mpref import sharedctypes

from liars.truth import become

CAUGHT_BY = {
    "sharedctypes.lock.read-sees-whole-writes",
    "sharedctypes.lock.reads-wait",
    "sharedctypes.lock.writes-wait",
}


def get(self):
    return self._obj.value


def set_(self, value):
    self._obj.value = value


sharedctypes.Synchronized.value = property(get, set_)

become(__name__)
