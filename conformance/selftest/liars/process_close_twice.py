"""A second close() raises ValueError."""

from mpref.process import BaseProcess

from liars.truth import become

CAUGHT_BY = {
    "process.close.twice-is-harmless",
}


close = BaseProcess.close


def close_once(self):
    self._check_open()
    close(self)


BaseProcess.close = close_once

become(__name__)
