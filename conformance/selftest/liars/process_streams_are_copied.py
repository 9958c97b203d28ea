"""A forked child prints again what its creator had not flushed."""

from mpref._start import child as _child
from mpref._start import fork as _start_fork

from liars.truth import become

CAUGHT_BY = {
    "process.streams.are-flushed-once",
}


launch = _start_fork.launch
flush = _child.flush_standard_streams


def launch_unflushed(child):
    _child.flush_standard_streams = lambda: True
    try:
        return launch(child)
    finally:
        _child.flush_standard_streams = flush


leave = _child.leave_forked


def leave_flushing(exitcode):
    _child.flush_standard_streams = flush
    return leave(exitcode)


_child.leave_forked = leave_flushing
_start_fork.launch = launch_unflushed

become(__name__)
