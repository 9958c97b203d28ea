"""A condition can be notified without its lock."""

from mpref.synchronize import Condition

from liars.truth import become

CAUGHT_BY = {
    "synchronize.condition.across.unheld-raises",
    "synchronize.condition.misuse.is-a-runtime-error",
    "synchronize.condition.notify-all.unheld-raises",
    "synchronize.condition.notify.unheld-raises",
}


check = Condition._check_held


def check_waiting_only(self, what):
    if what != "notify":
        check(self, what)


Condition._check_held = check_waiting_only

become(__name__)
