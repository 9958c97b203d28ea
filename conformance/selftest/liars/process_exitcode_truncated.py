"""sys.exit(N) gives exit code 1 for every N but 0."""

from mpref._start import child as _child

from liars.truth import become

CAUGHT_BY = {
    "process.exitcode.of-sys-exit",
    "process.interrupt.can-be-answered",
    "queues.exit.keeps-the-exitcode",
}


exit_code = _child._exit_code
_child._exit_code = lambda code: min(exit_code(code), 1)

become(__name__)
