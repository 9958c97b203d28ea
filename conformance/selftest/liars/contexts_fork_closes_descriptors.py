"""fork closes what descriptors the child did not ask for."""

import os

from mpref import _child

from liars.truth import become

CAUGHT_BY = {
    "connection.class.joins-two-children",
    "connection.class.siblings-ends-clean",
    "connection.killed.ends-clean",
    "listeners.wait.end-needs-the-last-writer",
    "listeners.wait.example-ends-clean",
    "listeners.wait.example-works",
    "listeners.wait.kept-ends-clean",
    "contexts.fork.resources-are-inherited",
}


run_forked = _child.run_forked


def run_bare(child, parent, on_ready):
    for number in map(int, os.listdir("/proc/self/fd")):
        # Pipes only: the descriptors of the implementation itself are of other kinds.
        link = f"/proc/self/fd/{number}"
        if number > 2 and os.path.lexists(link) and os.readlink(link).startswith("pipe:"):
            os.close(number)
    return run_forked(child, parent, on_ready)


_child.run_forked = run_bare

become(__name__)
