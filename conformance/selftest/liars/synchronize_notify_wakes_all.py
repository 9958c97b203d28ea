"""notify() wakes all waiters."""

from mpref.synchronize import Condition

from liars.truth import become

CAUGHT_BY = {
    "synchronize.condition.across.notify-wakes-one",
    "synchronize.condition.notify.keeps-the-lock",
    "synchronize.condition.notify.wakes-n",
    "synchronize.condition.notify.wakes-one",
}


notify = Condition.notify


def notify_everybody(self, n=1):
    notify(self, 1 << 30)


Condition.notify = notify_everybody

become(__name__)
