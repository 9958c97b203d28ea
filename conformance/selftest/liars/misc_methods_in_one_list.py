"""get_all_start_methods() gives out its own list."""

import mpref
from mpref import context

from liars.truth import become

CAUGHT_BY = {
    "contexts.start-methods.are-three",
    "misc.get-all-start-methods.first-on-linux",
    "misc.get-all-start-methods.knows-three",
    "misc.get-all-start-methods.list-is-the-callers",
    "misc.get-all-start-methods.lists-what-can-be-used",
    "misc.get-all-start-methods.unix-has-fork-and-spawn",
}


names = list(context._CONTEXTS)


def get_all_start_methods():
    return names


mpref.get_all_start_methods = get_all_start_methods

become(__name__)
