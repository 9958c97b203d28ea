"""set_start_method() can be called as often as one likes."""

import mpref
from mpref import context

from liars.truth import become

CAUGHT_BY = {
    "contexts.global.is-set-before-use",
    "contexts.global.is-set-once",
    "misc.get-start-method.fixed-default-is-set",
    "misc.set-start-method.none-without-force-raises",
    "misc.set-start-method.same-again-raises",
    "misc.set-start-method.second-raises",
    "misc.set-start-method.unknown-name-raises",
}


def set_start_method(method, force=False):
    context.default_context._actual = None
    if method is not None or not force:
        context.default_context._actual = context.default_context.get_context(method)


mpref.set_start_method = set_start_method

become(__name__)
