"""The timeout of wait_for() begins anew with each notification."""

from mpref.synchronize import Condition

from liars.truth import become

CAUGHT_BY = {
    "synchronize.condition.wait-for.timeout-is-for-all",
}


def wait_for(self, predicate, timeout=None):
    result = predicate()
    while not result:
        if not self.wait(timeout):
            return predicate()
        result = predicate()
    return result


Condition.wait_for = wait_for

become(__name__)
