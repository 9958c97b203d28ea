"""wait() of an Event returns None, as long ago."""

from mpref.synchronize import Event

from liars.truth import become

CAUGHT_BY = {
    "synchronize.event.across.set-wakes-all",
    "synchronize.event.across.siblings",
    "synchronize.event.across.state-is-shared",
    "synchronize.event.across.wait-times-out",
    "synchronize.event.clear.clears",
    "synchronize.event.set.wakes-all",
    "synchronize.event.wait.set-returns-true",
    "synchronize.event.wait.timeout-elapses",
    "synchronize.event.wait.true-though-cleared",
    "synchronize.event.wait.zero-and-negative-return",
    "synchronize.interrupt.event-wait-raises",
}


wait = Event.wait


def wait_silently(self, timeout=None):
    wait(self, timeout)


Event.wait = wait_silently

become(__name__)
