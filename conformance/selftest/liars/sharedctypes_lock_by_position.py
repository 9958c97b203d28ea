"""A bool at the end of the arguments of Value() is its lock."""

import functools

from mpref import sharedctypes

from liars.truth import become

CAUGHT_BY = {
    "sharedctypes.module-value.lock-by-keyword-only",
    "sharedctypes.value.lock-by-keyword-only",
}


make = sharedctypes.Value


@functools.wraps(make)
def value(typecode_or_type, *args, lock=True, ctx=None):
    if args and isinstance(args[-1], bool):
        *args, lock = args
    return make(typecode_or_type, *args, lock=lock, ctx=ctx)


sharedctypes.Value = value

become(__name__)
