"""Each of the parties calls the barrier's action."""

from mpref.synchronize import Barrier

from liars.truth import become

CAUGHT_BY = {
    "synchronize.barrier.across.action-once",
    "synchronize.barrier.action.by-one-of-the-parties",
    "synchronize.barrier.action.once-before-release",
    "synchronize.barrier.wait.can-be-repeated",
}


wait = Barrier.wait


def wait_and_act(self, timeout=None):
    number = wait(self, timeout)
    if self._action and number != self.parties - 1:
        self._action()
    return number


Barrier.wait = wait_and_act

become(__name__)
