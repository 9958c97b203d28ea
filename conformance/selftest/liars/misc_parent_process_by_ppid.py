"""parent_process() is the process that forked this one, not the one that started it."""

import os

from mpref.process import _ParentProcess

from liars.truth import become

CAUGHT_BY = {
    "misc.parent-process.is-none-in-main",
    "misc.parent-process.is-the-starter",
    "misc.parent-process.joins-a-killed-parent",
}
START_METHODS = ("forkserver",)


_ParentProcess.pid = property(lambda self: os.getppid())

become(__name__)
