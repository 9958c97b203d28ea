"""terminate() and kill() of a process that has ended raise ProcessLookupError."""

from mpref.process import BaseProcess

from liars.truth import become

CAUGHT_BY = {
    "process.terminate.harmless-when-finished",
}


signal_child = BaseProcess._signal


def signal_the_living(self, signum, verb):
    signal_child(self, signum, verb)
    if self._mp_handle.exitcode is not None:
        raise ProcessLookupError(f"process {self.pid} has ended")


BaseProcess._signal = signal_the_living

become(__name__)
