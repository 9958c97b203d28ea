"""A process object always shows as initial."""

from mpref.process import BaseProcess

from liars.truth import become

CAUGHT_BY = {
    "process.repr.shows-exitcode-and-daemon",
    "process.repr.started",
    "process.repr.stopped",
}


BaseProcess._status = lambda self: "closed" if self._mp_closed else "initial"

become(__name__)
