"""A lock that is given is replaced by a new one."""

from mpref import sharedctypes

from liars.truth import become

CAUGHT_BY = {
    "sharedctypes.array.takes-the-given-lock",
    "sharedctypes.lock.read-sees-whole-writes",
    "sharedctypes.lock.reads-wait",
    "sharedctypes.lock.writes-wait",
    "sharedctypes.module-array.takes-the-given-lock",
    "sharedctypes.module-value.takes-the-given-lock",
    "sharedctypes.value.takes-the-given-lock",
}


behind = sharedctypes._behind


def behind_new_lock(obj, lock, ctx):
    return behind(obj, lock if isinstance(lock, bool) else True, ctx)


sharedctypes._behind = behind_new_lock

become(__name__)
