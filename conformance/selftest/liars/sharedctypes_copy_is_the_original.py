"""copy() gives the object itself."""

import functools

from mpref import sharedctypes

from liars.truth import become

CAUGHT_BY = {
    "sharedctypes.copy.is-apart",
    "sharedctypes.copy.is-shared",
}


make = sharedctypes.copy


@functools.wraps(make)
def copy(obj):
    make(obj)
    return obj


sharedctypes.copy = copy

become(__name__)
