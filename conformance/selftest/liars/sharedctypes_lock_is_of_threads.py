"""The lock that a wrapper gets by itself is one of threads."""

import threading

from mpref import sharedctypes

from liars.truth import become

CAUGHT_BY = {
    "sharedctypes.lock.is-one-of-many",
    "sharedctypes.lock.is-the-childs-too",
    "sharedctypes.lock.makes-counting-exact",
    "sharedctypes.lock.of-a-killed-holder-stays-held",
    "sharedctypes.lock.with-makes-counting-exact",
    "sharedctypes.synchronized.makes-an-rlock",
    "sharedctypes.value.increment-under-the-lock-is-atomic",
    "sharedctypes.value.lock-is-recursive",
}


class Lock:
    def __init__(self):
        self._lock = threading.RLock()
        self.release = self._lock.release

    def acquire(self, block=True, timeout=None):
        return self._lock.acquire(block, -1 if timeout is None else timeout)

    def __enter__(self):
        return self._lock.__enter__()

    def __exit__(self, *exception):
        self._lock.release()


sharedctypes._new_lock = lambda ctx: Lock()

become(__name__)
