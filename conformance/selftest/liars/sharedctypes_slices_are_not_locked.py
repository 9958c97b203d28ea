"""Slices of an array are read and set without the lock."""

from mpref import sharedctypes

from liars.truth import become

CAUGHT_BY = {
    "sharedctypes.lock.reads-wait",
    "sharedctypes.lock.writes-wait",
}


get_item = sharedctypes.SynchronizedArray.__getitem__
set_item = sharedctypes.SynchronizedArray.__setitem__


def getitem(self, index):
    return self._obj[index] if isinstance(index, slice) else get_item(self, index)


def setitem(self, index, value):
    if isinstance(index, slice):
        self._obj[index] = value
    else:
        set_item(self, index, value)


sharedctypes.SynchronizedArray.__getitem__ = getitem
sharedctypes.SynchronizedArray.__setitem__ = setitem

become(__name__)
