"""An assignment that raises leaves the lock taken."""

from mpref import sharedctypes

from liars.truth import become

CAUGHT_BY = {
    "sharedctypes.value.refused-assignment-changes-nothing",
}


def set_value(self, value):
    self._lock.acquire()
    self._obj.value = value
    self._lock.release()


sharedctypes.Synchronized.value = sharedctypes.Synchronized.value.setter(set_value)

become(__name__)
