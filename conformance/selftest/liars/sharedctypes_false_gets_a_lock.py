"""lock=False gets a lock like lock=True."""

from mpref import sharedctypes

from liars.truth import become

CAUGHT_BY = {
    "sharedctypes.array.without-lock-is-bare",
    "sharedctypes.module-array.without-lock-is-bare",
    "sharedctypes.module-value.without-lock-is-bare",
    "sharedctypes.typecode.unlocked-value-has-the-type",
    "sharedctypes.value.without-lock-is-bare",
}


behind = sharedctypes._behind


def always_behind(obj, lock, ctx):
    return behind(obj, lock or True, ctx)


sharedctypes._behind = always_behind

become(__name__)
