"""reset() of a barrier that is not broken does nothing."""

from mpref.synchronize import Barrier

from liars.truth import become

CAUGHT_BY = {
    "synchronize.barrier.across.reset",
    "synchronize.barrier.across.timeout-breaks-for-all",
    "synchronize.barrier.reset.releases-waiters",
}


reset = Barrier.reset


def reset_broken(self):
    if self.broken:
        reset(self)


Barrier.reset = reset_broken

become(__name__)
