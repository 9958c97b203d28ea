"""wait() of an Event says whether it is set at its end."""

import time

from mpref.synchronize import Event

from liars.truth import become

CAUGHT_BY = {
    "synchronize.event.wait.true-though-cleared",
}


wait = Event.wait


def wait_and_look(self, timeout=None):
    wait(self, timeout)
    # As on a busy machine: on another one it may look before anybody has cleared the Event.
    time.sleep(0.01)
    return self.is_set()


Event.wait = wait_and_look

become(__name__)
