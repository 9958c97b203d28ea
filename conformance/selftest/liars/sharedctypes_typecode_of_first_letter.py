"""Of a typecode of several letters the first one counts."""

from mpref import sharedctypes

from liars.truth import become

CAUGHT_BY = {
    "sharedctypes.typecode.others-are-refused",
}


find = sharedctypes._ctype


def ctype(typecode_or_type):
    return find(typecode_or_type[:1] if isinstance(typecode_or_type, str) else typecode_or_type)


sharedctypes._ctype = ctype

become(__name__)
