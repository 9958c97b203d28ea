"""start() may be called again when the process has ended."""

from mpref.process import BaseProcess

from liars.truth import become

CAUGHT_BY = {
    "process.start.twice-raises",
    "process.start.twice-starts-once",
}


start = BaseProcess.start


def start_again(self):
    if self._mp_handle is not None and not self.is_alive():
        self._mp_claimed = False
    return start(self)


BaseProcess.start = start_again

become(__name__)
