"""copy() makes its copy in the memory of the process."""

import functools

from mpref import sharedctypes

from liars.truth import become

CAUGHT_BY = {
    "sharedctypes.copy.is-shared",
}


make = sharedctypes.copy


@functools.wraps(make)
def copy(obj):
    make(obj)
    return type(obj).from_buffer_copy(obj)


sharedctypes.copy = copy

become(__name__)
