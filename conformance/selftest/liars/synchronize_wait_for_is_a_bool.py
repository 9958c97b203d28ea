"""wait_for() returns whether the predicate was true."""

from mpref.synchronize import Condition

from liars.truth import become

CAUGHT_BY = {
    "synchronize.condition.across.wait-for",
    "synchronize.condition.wait-for.returns-the-last-value",
    "synchronize.condition.wait-for.true-at-once",
    "synchronize.condition.wait-for.waits-until-true",
}


wait_for = Condition.wait_for
Condition.wait_for = lambda self, predicate, timeout=None: bool(wait_for(self, predicate, timeout))

become(__name__)
