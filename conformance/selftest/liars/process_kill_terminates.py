"""kill() sends SIGTERM."""

import signal

from mpref.process import BaseProcess

from liars.truth import become

CAUGHT_BY = {
    "process.kill.cannot-be-ignored",
    "process.kill.ends-clean",
    "process.kill.gives-the-signals-exitcode",
    "process.kill.skips-cleanups",
}


def kill(self):
    self._signal(signal.SIGTERM, "kill")


BaseProcess.kill = kill

become(__name__)
