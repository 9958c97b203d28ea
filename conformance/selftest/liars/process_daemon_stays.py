"""Daemonic children are left alone when their parent ends."""

import atexit

from mpref import process
from mpref._start import exit as _exit

from liars.truth import become

CAUGHT_BY = {
    "process.daemon.exit-ends-clean",
    "process.daemon.terminated-at-exit",
    "process.daemon.terminated-by-sigterm",
    "process.exit.main-ends-clean",
    "process.exit.main-takes-daemons-along",
}


def run():
    _exit._discharge(_exit._before)
    for child in process.active_children():
        if not child.daemon:
            child.join()
    _exit._discharge(_exit._after)
    _exit._discharge(_exit._last)


atexit.unregister(_exit.run)
atexit.register(run)
_exit.run = run

become(__name__)
