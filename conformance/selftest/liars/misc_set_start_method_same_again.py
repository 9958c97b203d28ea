"""set_start_method() raises nothing for the method that is set already."""

import mpref

from liars.truth import become

CAUGHT_BY = {
    "misc.set-start-method.none-sets-the-default",
    "misc.set-start-method.same-again-raises",
}


set_strictly = mpref.set_start_method


def set_start_method(method, force=False):
    if method != mpref.get_start_method(allow_none=True):
        set_strictly(method, force)


mpref.set_start_method = set_start_method

become(__name__)
