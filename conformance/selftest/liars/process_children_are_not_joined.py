"""A process that ends leaves its children alone that are not daemonic."""

import atexit

from mpref import process
from mpref._start import exit as _exit

from liars.truth import become

CAUGHT_BY = {
    "process.exit.joins-other-children",
    "process.exit.main-joins-other-children",
}


run = _exit.run


def run_without_joining():
    for child in process.active_children():
        if not child.daemon:
            process._family.children.discard(child)
    run()


atexit.unregister(run)
atexit.register(run_without_joining)
_exit.run = run_without_joining

become(__name__)
