"""get_start_method(allow_none=True) fixes the default, too."""

import mpref
from mpref import context

from liars.truth import become

CAUGHT_BY = {
    "contexts.global.is-not-touched-by-contexts",
    "contexts.global.use-fixes-the-default",
    "misc.get-context.none-fixes-the-default",
    "misc.get-start-method.allow-none-gives-none",
    "misc.get-start-method.fixes-the-default",
    "misc.set-start-method.none-sets-the-default",
    "misc.set-start-method.none-with-force-unsets",
    "sharedctypes.ctx.leaves-the-start-method",
}


def get_start_method(allow_none=False):
    return context.default_context.get_context().get_start_method()


mpref.get_start_method = get_start_method

become(__name__)
