"""parent_process() is alive for ever."""

from mpref.process import _ParentProcess

from liars.truth import become

CAUGHT_BY = {
    "misc.parent-process.joins-a-killed-parent",
}


_ParentProcess.is_alive = lambda self: True

become(__name__)
