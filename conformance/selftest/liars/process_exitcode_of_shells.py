"""exitcode after signal N is 128 + N."""

from mpref.process import BaseProcess

from liars.truth import become

CAUGHT_BY = {
    "process.exitcode.negative-after-a-signal",
    "process.kill.gives-the-signals-exitcode",
    "process.terminate.gives-the-signals-exitcode",
}


exitcode = BaseProcess.exitcode.fget


def shell_exitcode(self):
    code = exitcode(self)
    return 128 - code if code is not None and code < 0 else code


BaseProcess.exitcode = property(shell_exitcode)

become(__name__)
