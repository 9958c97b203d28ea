"""A notification that nobody waits for is kept for the next who does."""

from mpref.synchronize import Condition

from liars.truth import become

CAUGHT_BY = {
    "synchronize.condition.across.unheld-raises",
    "synchronize.condition.notify.nobody-is-fine",
}


wait, notify = Condition.wait, Condition.notify


def notify_or_remember(self, n=1):
    if n == 1 and self._waiting.value == 0:
        self._remembered = True
    notify(self, n)


def wait_or_remember(self, timeout=None):
    if getattr(self, "_remembered", False):
        self._remembered = False
        return True
    return wait(self, timeout)


Condition.notify, Condition.wait = notify_or_remember, wait_or_remember

become(__name__)
