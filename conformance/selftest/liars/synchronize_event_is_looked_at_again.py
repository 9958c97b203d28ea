"""wait() of an Event says whether it is set at its end."""

from mpref.synchronize import Event

from liars.truth import become

CAUGHT_BY = {
    "synchronize.event.wait.true-though-cleared",
}


wait = Event.wait


def wait_and_look(self, timeout=None):
    wait(self, timeout)
    return self.is_set()


Event.wait = wait_and_look

become(__name__)
