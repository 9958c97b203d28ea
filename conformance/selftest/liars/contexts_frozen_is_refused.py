"""Nothing can be started in a frozen program, not by fork either."""

import sys

from mpref import context

from liars.truth import become

CAUGHT_BY = {
    "contexts.frozen.fork-works",
    "misc.freeze-support.does-nothing-with-fork",
}


fork = context._LAUNCHERS["fork"]


def launch_unfrozen(process):
    if hasattr(sys, "frozen"):
        raise RuntimeError("this program is frozen")
    return fork(process)


context._LAUNCHERS["fork"] = launch_unfrozen

become(__name__)
