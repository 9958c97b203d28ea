"""The typecode w stands for a wide character."""

import ctypes

from mpref import sharedctypes

from liars.truth import become

CAUGHT_BY = {
    "sharedctypes.typecode.w-is-refused",
}


sharedctypes._TYPES["w"] = ctypes.c_wchar

become(__name__)
