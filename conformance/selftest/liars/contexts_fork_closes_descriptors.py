"""fork closes what descriptors the child did not ask for."""

import os

from mpref._start import child as _child

from liars.truth import become

CAUGHT_BY = {
    "contexts.fork.resources-are-inherited",
}


run_forked = _child.run_forked


def run_bare(child, parent, on_ready):
    for number in map(int, os.listdir("/proc/self/fd")):
        # Pipes that block: the implementation's own descriptors are of other kinds.
        link = f"/proc/self/fd/{number}"
        if number < 3 or not os.path.lexists(link):
            continue
        if os.readlink(link).startswith("pipe:") and os.get_blocking(number):
            os.close(number)
    return run_forked(child, parent, on_ready)


_child.run_forked = run_bare

become(__name__)
