"""get_context() with a name sets the global start method."""

import mpref
from mpref import context

from liars.truth import become

CAUGHT_BY = {
    "contexts.global.is-not-touched-by-contexts",
    "contexts.global.use-fixes-the-default",
    "misc.get-context.none-fixes-the-default",
    "misc.get-context.none-gives-the-default",
    "sharedctypes.ctx.leaves-the-start-method",
}


def get_context(method=None):
    default = context.default_context
    if method is not None:
        default._actual = context._concrete(method)
    return default.get_context(None)


mpref.get_context = get_context

become(__name__)
