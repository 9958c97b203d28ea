"""wait() numbers the parties of a barrier from 1 on."""

from mpref.synchronize import Barrier

from liars.truth import become

CAUGHT_BY = {
    "synchronize.barrier.across.meets",
    "synchronize.barrier.reset.mends",
    "synchronize.barrier.wait.can-be-repeated",
    "synchronize.barrier.wait.numbers-the-parties",
    "synchronize.barrier.wait.until-all-are-there",
}


wait = Barrier.wait
Barrier.wait = lambda self, timeout=None: wait(self, timeout) + 1

become(__name__)
