"""release() of an unlocked Lock raises RuntimeError, as with threading."""

from mpref.synchronize import Lock

from liars.truth import become

CAUGHT_BY = {
    "synchronize.lock.across.unlocked-release-raises",
    "synchronize.lock.release.unlocked-raises",
}


release = Lock.release


def release_as_threading(self):
    try:
        release(self)
    except ValueError as error:
        raise RuntimeError("release unlocked lock") from error


Lock.release = release_as_threading

become(__name__)
