"""set_start_method() with an unknown name unsets the method that was set."""

import mpref
from mpref import context

from liars.truth import become

CAUGHT_BY = {
    "misc.set-start-method.unknown-name-raises",
}


set_strictly = mpref.set_start_method


def set_start_method(method, force=False):
    if force:
        context.default_context._actual = None
    set_strictly(method, force)


mpref.set_start_method = set_start_method

become(__name__)
