"""A condition takes a lock and uses another."""

from mpref.synchronize import Condition

from liars.truth import become

CAUGHT_BY = {
    "synchronize.condition.across.lock-of-the-caller",
    "synchronize.condition.across.rlock-of-the-caller",
    "synchronize.condition.lock.of-the-caller",
    "synchronize.condition.lock.of-two-conditions",
    "synchronize.condition.with.acquires-and-releases",
}


init = Condition.__init__


def init_without_lock(self, lock=None, *, ctx=None):
    init(self, None, ctx=ctx)


Condition.__init__ = init_without_lock

become(__name__)
