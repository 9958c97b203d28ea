"""What is no lock is taken for True."""

from mpref import sharedctypes

from liars.truth import become

CAUGHT_BY = {
    "sharedctypes.array.refuses-wrong-locks",
    "sharedctypes.module-array.refuses-wrong-locks",
    "sharedctypes.module-value.refuses-wrong-locks",
    "sharedctypes.value.refuses-wrong-locks",
}


check, behind = sharedctypes._check_lock, sharedctypes._behind


def behind_some_lock(obj, lock, ctx):
    return behind(obj, lock if lock is False or hasattr(lock, "acquire") else True, ctx)


sharedctypes._check_lock = lambda lock: None
sharedctypes._behind = behind_some_lock

become(__name__)
