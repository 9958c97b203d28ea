"""An array of c_char that is made of bytes has room for a null at its end."""

import functools

from mpref import sharedctypes

from liars.truth import become

CAUGHT_BY = {
    "sharedctypes.array.of-a-sequence",
    "sharedctypes.child.changes-a-string",
    "sharedctypes.copy.is-apart",
    "sharedctypes.copy.same-type-and-bytes",
    "sharedctypes.lock.reads-wait",
    "sharedctypes.module-array.of-a-sequence",
    "sharedctypes.string.of-the-module",
    "sharedctypes.string.too-long-raises",
    "sharedctypes.string.value-and-raw",
    "sharedctypes.string.value-ends-at-null",
    "sharedctypes.synchronized.works-on-the-object",
}


make = sharedctypes.RawArray


@functools.wraps(make)
def raw_array(typecode_or_type, size_or_initializer):
    if isinstance(size_or_initializer, bytes):
        size_or_initializer += b"\0"
    return make(typecode_or_type, size_or_initializer)


sharedctypes.RawArray = raw_array

become(__name__)
