"""set_start_method() takes no notice of force."""

import mpref

from liars.truth import become

CAUGHT_BY = {
    "contexts.global.is-set-before-use",
    "contexts.global.use-fixes-the-default",
    "misc.get-context.default-follows-set-start-method",
    "misc.get-start-method.names-the-method-in-use",
    "misc.set-start-method.force-replaces",
    "misc.set-start-method.none-sets-the-default",
    "misc.set-start-method.none-with-force-unsets",
    "misc.set-start-method.unknown-name-raises",
}


set_strictly = mpref.set_start_method


def set_start_method(method, force=False):
    set_strictly(method)


mpref.set_start_method = set_start_method

become(__name__)
