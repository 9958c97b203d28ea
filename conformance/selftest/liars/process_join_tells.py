"""join() returns whether the process has ended, as other libraries have it."""

from mpref.process import BaseProcess

from liars.truth import become

CAUGHT_BY = {
    "process.join.returns-none-at-the-end",
    "process.join.returns-none-at-the-timeout",
    "process.join.zero-does-not-wait",
}


join = BaseProcess.join


def telling_join(self, timeout=None):
    join(self, timeout)
    return self.exitcode is not None


BaseProcess.join = telling_join

become(__name__)
