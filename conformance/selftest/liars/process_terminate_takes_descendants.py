"""terminate() ends the children of the process, too."""

import os
import signal

from mpref.process import BaseProcess

from liars.truth import become

CAUGHT_BY = {
    "process.terminate.spares-descendants",
}


terminate = BaseProcess.terminate


def descendants(pid):
    try:
        with open(f"/proc/{pid}/task/{pid}/children") as file:
            return [int(word) for word in file.read().split()]
    except FileNotFoundError:
        return []


def terminate_all(self):
    pids = descendants(self.pid)
    terminate(self)
    for pid in pids:
        os.kill(pid, signal.SIGTERM)


BaseProcess.terminate = terminate_all

become(__name__)
