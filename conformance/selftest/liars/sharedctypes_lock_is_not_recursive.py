"""The lock that a wrapper gets by itself is no RLock."""

from mpref import context, sharedctypes

from liars.truth import become

CAUGHT_BY = {
    "sharedctypes.child.killed-ends-clean",
    "sharedctypes.child.killed-leaves-what-it-wrote",
    "sharedctypes.lock.counting-ends-clean",
    "sharedctypes.lock.given-makes-counting-exact",
    "sharedctypes.lock.makes-counting-exact",
    "sharedctypes.lock.with-makes-counting-exact",
    "sharedctypes.synchronized.makes-an-rlock",
    "sharedctypes.value.increment-under-the-lock-is-atomic",
    "sharedctypes.value.increments-end-clean",
    "sharedctypes.value.lock-is-recursive",
}


def new_lock(ctx):
    return (ctx or context.get_context()).Lock()


sharedctypes._new_lock = new_lock

become(__name__)
