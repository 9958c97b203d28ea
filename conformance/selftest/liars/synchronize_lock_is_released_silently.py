"""release() of an unlocked Lock does nothing."""

from mpref.synchronize import Lock

from liars.truth import become

CAUGHT_BY = {
    "synchronize.condition.release.unheld-raises",
    "synchronize.lock.across.unlocked-release-raises",
    "synchronize.lock.release.unlocked-raises",
}


release = Lock.release


def release_if_held(self):
    if self._is_zero():
        release(self)


Lock.release = release_if_held

become(__name__)
