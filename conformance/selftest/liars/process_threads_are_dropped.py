"""A child does not wait for its threads."""

from mpref._start import child as _child

from liars.truth import become

CAUGHT_BY = {
    "process.exit.waits-for-threads",
}


_child._join_threads = lambda: None

become(__name__)
