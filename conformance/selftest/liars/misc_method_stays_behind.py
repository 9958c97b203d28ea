"""Children do not learn which start method was set."""

from mpref import context

from liars.truth import become

CAUGHT_BY = {
    "misc.set-start-method.reaches-children",
}
START_METHODS = ("spawn",)


context.get_start_method = lambda allow_none=False: None

become(__name__)
