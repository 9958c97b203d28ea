"""get_start_method() names the default and fixes nothing."""

import mpref
from mpref import context

from liars.truth import become

CAUGHT_BY = {
    "misc.get-start-method.fixed-default-is-set",
    "misc.get-start-method.fixes-the-default",
    "misc.set-start-method.none-without-force-raises",
    "misc.set-start-method.same-again-raises",
}


def get_start_method(allow_none=False):
    actual = context.default_context._actual
    if actual is None:
        return None if allow_none else context._DEFAULT
    return actual.get_start_method()


mpref.get_start_method = get_start_method

become(__name__)
