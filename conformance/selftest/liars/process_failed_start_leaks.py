"""A start() that fails keeps a descriptor."""

import os

from mpref.process import BaseProcess

from liars.truth import become

CAUGHT_BY = {
    "process.start.failed-leaves-nothing",
}
START_METHODS = ("spawn",)


start = BaseProcess.start


def leaking_start(self):
    try:
        start(self)
    except BaseException:
        os.open(os.devnull, os.O_RDONLY)
        raise


BaseProcess.start = leaking_start

become(__name__)
