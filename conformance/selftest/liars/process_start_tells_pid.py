"""start() returns the number of the process."""

from mpref.process import BaseProcess

from liars.truth import become

CAUGHT_BY = {
    "process.start.returns-none",
}


start = BaseProcess.start


def telling_start(self):
    start(self)
    return self.pid


BaseProcess.start = telling_start

become(__name__)
