"""locked() tells whether the caller holds the lock."""

from mpref.synchronize import Lock, RLock

from liars.truth import become

CAUGHT_BY = {
    "synchronize.lock.locked.tells-the-state",
    "synchronize.rlock.locked.tells-the-state",
}


for cls in (Lock, RLock):
    cls.locked = lambda self: self._is_mine()

become(__name__)
