"""sys.exit() with anything but an integer gives exit code 2 and prints nothing."""

from mpref._start import child as _child

from liars.truth import become

CAUGHT_BY = {
    "process.exitcode.one-after-sys-exit-with-text",
    "process.exitcode.zero-after-sys-exit-without-code",
}


exit_code = _child._exit_code
_child._exit_code = lambda code: exit_code(code) if isinstance(code, int) else 2

become(__name__)
