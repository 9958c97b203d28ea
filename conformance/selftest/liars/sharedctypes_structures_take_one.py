"""A structure is made of the first argument only."""

import ctypes
import functools

from mpref import sharedctypes

from liars.truth import become

CAUGHT_BY = {
    "sharedctypes.child.inherits-by-fork",
    "sharedctypes.lock.writes-wait",
    "sharedctypes.module-value.gives-fields",
    "sharedctypes.module-value.passes-arguments-on",
    "sharedctypes.table.structure",
    "sharedctypes.value.gives-fields",
    "sharedctypes.value.passes-arguments-on",
}


make = sharedctypes.RawValue


@functools.wraps(make)
def raw_value(typecode_or_type, *args):
    if isinstance(typecode_or_type, type) and issubclass(typecode_or_type, ctypes.Structure):
        args = args[:1]
    return make(typecode_or_type, *args)


sharedctypes.RawValue = raw_value

become(__name__)
