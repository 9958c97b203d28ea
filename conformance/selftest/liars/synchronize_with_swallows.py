"""A with statement on a lock swallows exceptions of its block."""

from mpref.synchronize import Lock, RLock, Semaphore

from liars.truth import become

CAUGHT_BY = {
    "synchronize.bounded-semaphore.with.releases-after-an-exception",
    "synchronize.lock.across.with-in-a-child",
    "synchronize.lock.with.releases-after-an-exception",
    "synchronize.rlock.with.releases-after-an-exception",
    "synchronize.semaphore.with.releases-after-an-exception",
}


def leave(self, *_):
    self.release()
    return True


for cls in (Lock, RLock, Semaphore):
    cls.__exit__ = leave

become(__name__)
