"""A child reads its creator's standard input."""

from mpref._start import child as _child

from liars.truth import become

CAUGHT_BY = {
    "process.stdin.is-empty",
    "process.stdin.stays-the-creators",
}


_child.replace_stdin = lambda: None

become(__name__)
