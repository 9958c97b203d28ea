"""A with statement that is left by an error keeps the lock."""

from mpref import sharedctypes

from liars.truth import become

CAUGHT_BY = {
    "sharedctypes.array.is-a-context-manager",
    "sharedctypes.module-array.is-a-context-manager",
    "sharedctypes.module-value.is-a-context-manager",
    "sharedctypes.value.has-acquire-and-release",
    "sharedctypes.value.is-a-context-manager",
}


def leave(self, *exception):
    return self._lock.__exit__(*exception) if exception[0] is None else None


sharedctypes.SynchronizedBase.__exit__ = leave

become(__name__)
