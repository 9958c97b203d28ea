"""set_start_method() raises RuntimeError when it has replaced the method."""

import mpref
from mpref import context

from liars.truth import become

CAUGHT_BY = {
    "contexts.global.is-set-once",
    "misc.set-start-method.second-raises",
    "misc.set-start-method.unknown-name-raises",
}


def set_start_method(method, force=False):
    default = context.default_context
    before, default._actual = default._actual, None
    if method is not None or not force:
        default._actual = default.get_context(method)
    if before is not None and not force:
        raise RuntimeError("context has already been set")


mpref.set_start_method = set_start_method

become(__name__)
