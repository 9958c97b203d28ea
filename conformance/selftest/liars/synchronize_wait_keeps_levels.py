"""wait() releases a recursive lock once, however often it was acquired."""

from mpref.synchronize import Condition, RLock

from liars.truth import become

CAUGHT_BY = {
    "synchronize.condition.across.wait-releases-every-level",
    "synchronize.condition.wait.releases-every-level",
}


wait = Condition.wait


def wait_with_one_level(self, timeout=None):
    depth = self._lock._count() if isinstance(self._lock, RLock) else 1
    if depth > 1:
        timeout = 1.0
        return self._tokens.acquire(True, timeout)
    return wait(self, timeout)


Condition.wait = wait_with_one_level

become(__name__)
