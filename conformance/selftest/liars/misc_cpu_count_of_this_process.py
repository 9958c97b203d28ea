"""cpu_count() counts the processors that this process may use."""

import os

import mpref
from mpref.context import BaseContext

from liars.truth import become

CAUGHT_BY = {
    "misc.cpu-count.ignores-affinity",
}


def cpu_count():
    if os.cpu_count() is None:
        raise NotImplementedError
    return len(os.sched_getaffinity(0))


BaseContext.cpu_count = staticmethod(cpu_count)
mpref.cpu_count = cpu_count

become(__name__)
