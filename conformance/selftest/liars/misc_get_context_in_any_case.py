"""get_context() takes FORK for fork."""

from mpref import context

from liars.truth import become

CAUGHT_BY = {
    "misc.get-context.near-names-raise",
}


concrete = context._concrete
context._concrete = lambda method: concrete(method.lower())

become(__name__)
