"""A sentinel is ready from the start."""

import os

from mpref.process import BaseProcess

from liars.truth import become

CAUGHT_BY = {
    "listeners.wait.mixes-kinds",
    "listeners.wait.sees-messages-of-processes",
    "listeners.wait.sees-the-end-of-a-connection",
    "listeners.wait.sentinels",
    "process.close.releases-resources",
    "process.sentinel.not-ready-while-alive",
    "process.sentinel.ready-at-the-end",
    "process.sentinel.usable-with-connection-wait",
}


sentinel = BaseProcess.sentinel.fget
NULL = os.open(os.devnull, os.O_RDONLY)


def ready_sentinel(self):
    true = sentinel(self)
    if self.daemon:
        # A pool's workers: it believes what they are said to be, at moments of its own.
        return true
    if not hasattr(self, "ready"):
        self.ready = os.dup(NULL)
    return self.ready


BaseProcess.sentinel = property(ready_sentinel)

become(__name__)
