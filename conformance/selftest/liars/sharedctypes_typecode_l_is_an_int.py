"""The typecodes l and L stand for int."""

import ctypes

from mpref import sharedctypes

from liars.truth import become

CAUGHT_BY = {
    "sharedctypes.typecode.of-the-array-module",
    "sharedctypes.typecode.unlocked-value-has-the-type",
}


sharedctypes._TYPES.update(l=ctypes.c_int, L=ctypes.c_uint)

become(__name__)
