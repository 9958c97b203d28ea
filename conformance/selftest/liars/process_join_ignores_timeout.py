"""join(timeout) returns at once."""

from mpref.process import BaseProcess

from liars.truth import become

CAUGHT_BY = {
    "process.join.timeout-bounds-the-wait",
    "process.join.timeout-is-an-upper-bound",
    "queues.exit.keeps-the-exitcode",
    "queues.managed.exit-does-not-wait",
    "shared-memory.manager.shutdown-releases-all",
    "shared-memory.manager.shutdown-stops-the-process",
    "shared-memory.manager.with-releases-all",
}


join = BaseProcess.join


def impatient_join(self, timeout=None):
    return join(self, None if timeout is None else 0)


BaseProcess.join = impatient_join

become(__name__)
