"""start() has the standard run() called, not that of a subclass."""

from mpref import _child
from mpref.process import BaseProcess

from liars.truth import become

CAUGHT_BY = {
    "process.class.constructor-can-be-overridden",
    "process.class.unpicklable-instance-works-with-fork",
    "process.run.changes-stay-in-the-child",
    "process.run.override-runs-in-the-child",
}


run = BaseProcess.run
guarded = _child._guarded


class Standard:
    def __init__(self, process):
        self.process = process

    def run(self):
        run(self.process)


_child._guarded = lambda load: guarded(lambda: Standard(load()))

become(__name__)
