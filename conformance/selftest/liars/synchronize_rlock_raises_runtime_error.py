"""release() of an RLock by others raises RuntimeError, as with threading."""

from mpref.synchronize import RLock

from liars.truth import become

CAUGHT_BY = {
    "synchronize.rlock.acquire.refusal-changes-nothing",
    "synchronize.rlock.across.others-release-raises",
    "synchronize.rlock.across.unlocked-release-raises",
    "synchronize.rlock.release.by-another-thread-raises",
    "synchronize.rlock.release.unlocked-raises",
}


release = RLock.release


def release_as_threading(self):
    try:
        release(self)
    except AssertionError as error:
        raise RuntimeError("cannot release un-acquired lock") from error


RLock.release = release_as_threading

become(__name__)
