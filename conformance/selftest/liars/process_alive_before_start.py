"""is_alive() is True for a process that was not started yet."""

from mpref.process import BaseProcess

from liars.truth import become

CAUGHT_BY = {
    "process.example.alive-by-state",
    "process.is-alive.false-before-start",
}


is_alive = BaseProcess.is_alive
BaseProcess.is_alive = lambda self: not self._mp_claimed or is_alive(self)

become(__name__)
