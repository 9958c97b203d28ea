"""start() has the standard run() called, not that of a subclass."""

from mpref._start import child as _child
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


def guarded_base(load):
    def load_standard():
        loaded = load()
        return loaded._replace(child=Standard(loaded.child))

    return guarded(load_standard)


_child._guarded = guarded_base

become(__name__)
