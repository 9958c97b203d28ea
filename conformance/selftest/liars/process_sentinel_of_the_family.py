"""The end of a process shows on its sentinel when its descendants have ended, too."""

from mpref._os import descriptors as _fds
from mpref._os import pidfd as _pidfd

from liars.truth import become

CAUGHT_BY = {
    "misc.parent-process.ends-clean",
    "misc.parent-process.joins-a-killed-parent",
    "process.sentinel.ready-though-a-descendant-lives",
}


# What is left without process descriptors: the end of a pipe, here one that children inherit.
_pidfd.available = lambda: False
_fds.guard_in_forks = lambda fd, **_: None

become(__name__)
