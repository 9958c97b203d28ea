"""freeze_support() takes a program for a frozen child by its arguments alone."""

import sys

import mpref
from mpref.context import BaseContext

from liars.truth import become

CAUGHT_BY = {
    "misc.freeze-support.does-nothing-with-fork",
}


def freeze_support():
    if "--multiprocessing-fork" in sys.argv:
        raise SystemExit(0)


BaseContext.freeze_support = staticmethod(freeze_support)
mpref.freeze_support = freeze_support

become(__name__)
