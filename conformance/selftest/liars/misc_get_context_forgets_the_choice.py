"""get_context() without a name gives the system's default, whatever was set."""

import mpref
from mpref import context

from liars.truth import become

CAUGHT_BY = {
    "contexts.global.use-fixes-the-default",
    "contexts.main-module.fork-does-not-import-it",
    "misc.get-context.default-follows-set-start-method",
    "misc.get-context.none-fixes-the-default",
    "misc.set-start-method.fork-governs",
}


def get_context(method=None):
    return context._concrete(context._DEFAULT if method is None else method)


mpref.get_context = get_context

become(__name__)
