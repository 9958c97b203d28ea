"""terminate() sends SIGKILL, so that nobody can handle it."""

from mpref.process import BaseProcess

from liars.truth import become

CAUGHT_BY = {
    "process.daemon.terminated-by-sigterm",
    "process.repr.shows-exitcode-and-daemon",
    "process.repr.stopped",
    "process.terminate.gives-the-signals-exitcode",
    "process.terminate.sends-sigterm",
}


BaseProcess.terminate = BaseProcess.kill

become(__name__)
