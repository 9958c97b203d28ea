"""All wrappers share one lock."""

from mpref import sharedctypes

from liars.truth import become

CAUGHT_BY = {
    "sharedctypes.array.gets-a-lock-of-its-own",
    "sharedctypes.lock.is-one-of-many",
    "sharedctypes.lock.of-a-killed-holder",
    "sharedctypes.module-array.gets-a-lock-of-its-own",
    "sharedctypes.module-value.gets-a-lock-of-its-own",
    "sharedctypes.synchronized.makes-an-rlock",
    "sharedctypes.value.gets-a-lock-of-its-own",
}


locks = []
make = sharedctypes._new_lock


def new_lock(ctx):
    if not locks:
        locks.append(make(ctx))
    return locks[0]


sharedctypes._new_lock = new_lock

become(__name__)
