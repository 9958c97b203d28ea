"""freeze_support() answers whether the program is frozen."""

import sys

import mpref
from mpref.context import BaseContext

from liars.truth import become

CAUGHT_BY = {
    "misc.freeze-support.does-nothing-unfrozen",
    "misc.freeze-support.does-nothing-with-fork",
}


def freeze_support():
    return getattr(sys, "frozen", False)


BaseContext.freeze_support = staticmethod(freeze_support)
mpref.freeze_support = freeze_support

become(__name__)
