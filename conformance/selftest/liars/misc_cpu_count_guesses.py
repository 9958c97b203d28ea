"""cpu_count() is 1 where the number is not known."""

import os

import mpref
from mpref.context import BaseContext

from liars.truth import become

CAUGHT_BY = {
    "misc.cpu-count.unknown-raises",
}


def cpu_count():
    return os.cpu_count() or 1


BaseContext.cpu_count = staticmethod(cpu_count)
mpref.cpu_count = cpu_count

become(__name__)
