"""get_all_start_methods() is sorted, so the default is not first."""

import mpref
from mpref import context

from liars.truth import become

CAUGHT_BY = {
    "contexts.global.is-set-before-use",
    "contexts.global.use-fixes-the-default",
    "misc.get-all-start-methods.default-is-first",
    "misc.get-all-start-methods.first-on-linux",
    "misc.get-context.none-fixes-the-default",
    "misc.get-context.none-gives-the-default",
    "misc.get-start-method.fixes-the-default",
    "misc.set-start-method.none-sets-the-default",
}


def get_all_start_methods():
    return sorted(context._CONTEXTS)


mpref.get_all_start_methods = get_all_start_methods

become(__name__)
