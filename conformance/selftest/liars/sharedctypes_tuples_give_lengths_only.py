"""Of a tuple an array gets the length, and not the values."""

import functools

from mpref import sharedctypes

from liars.truth import become

CAUGHT_BY = {
    "sharedctypes.array.of-a-sequence",
    "sharedctypes.array.without-lock-is-bare",
    "sharedctypes.module-array.of-a-sequence",
    "sharedctypes.module-array.without-lock-is-bare",
    "sharedctypes.table.integers",
}


make = sharedctypes.RawArray


@functools.wraps(make)
def raw_array(typecode_or_type, size_or_initializer):
    if isinstance(size_or_initializer, tuple):
        size_or_initializer = len(size_or_initializer)
    return make(typecode_or_type, size_or_initializer)


sharedctypes.RawArray = raw_array

become(__name__)
