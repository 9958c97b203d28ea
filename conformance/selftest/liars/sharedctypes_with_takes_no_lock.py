"""A wrapper in a with statement does not take its lock."""

from mpref import sharedctypes

from liars.truth import become

CAUGHT_BY = {
    "sharedctypes.array.is-a-context-manager",
    "sharedctypes.lock.with-makes-counting-exact",
    "sharedctypes.module-array.is-a-context-manager",
    "sharedctypes.module-value.is-a-context-manager",
    "sharedctypes.synchronized.uses-the-given-lock",
    "sharedctypes.value.is-a-context-manager",
}


sharedctypes.SynchronizedBase.__enter__ = lambda self: True
sharedctypes.SynchronizedBase.__exit__ = lambda self, *exception: None

become(__name__)
