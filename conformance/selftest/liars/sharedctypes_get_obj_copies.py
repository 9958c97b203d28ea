"""get_obj() gives a copy of the object."""

from mpref import sharedctypes

from liars.truth import become

CAUGHT_BY = {
    "sharedctypes.lock.read-sees-whole-writes",
    "sharedctypes.lock.reads-wait",
    "sharedctypes.module-value.has-a-value",
    "sharedctypes.module-value.wraps-a-ctypes-object",
    "sharedctypes.synchronized.keeps-the-object",
    "sharedctypes.value.has-a-value",
    "sharedctypes.value.wraps-a-ctypes-object",
}


sharedctypes.SynchronizedBase.get_obj = lambda self: sharedctypes.copy(self._obj)

become(__name__)
