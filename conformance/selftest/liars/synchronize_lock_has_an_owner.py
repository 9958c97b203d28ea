"""Only the thread that has acquired a Lock may release it."""

import os
import threading

from mpref.synchronize import Lock

from liars.truth import become

CAUGHT_BY = {
    "synchronize.lock.release.by-another-thread",
    "synchronize.lock.release.unlocked-raises",
}


acquire, release = Lock.acquire, Lock.release
held = {}


def me():
    return os.getpid(), threading.get_ident()


def acquire_as_owner(self, block=True, timeout=None):
    taken = acquire(self, block, timeout)
    if taken:
        held[id(self)] = me()
    return taken


def release_as_owner(self):
    if self._get_value() == 0 and held.get(id(self)) != me():
        raise RuntimeError("this lock is another's")
    release(self)


Lock.acquire, Lock.release = acquire_as_owner, release_as_owner
Lock.__enter__ = acquire_as_owner
Lock.__exit__ = lambda self, *_: release_as_owner(self)

become(__name__)
