"""interrupt() sends SIGTERM."""

from mpref.process import BaseProcess

from liars.truth import become

CAUGHT_BY = {
    "process.interrupt.can-be-answered",
    "process.interrupt.can-be-swallowed",
    "process.interrupt.gives-exitcode-1",
    "process.interrupt.handler-decides",
    "process.interrupt.raises-keyboard-interrupt",
}


BaseProcess.interrupt = BaseProcess.terminate

become(__name__)
