"""join(timeout) waits for the whole timeout, also when the process has ended."""

import time

from mpref.process import BaseProcess

from liars.truth import become

CAUGHT_BY = {
    "process.join.many-times",
    "process.join.timeout-is-an-upper-bound",
    "process.stolen-status.join-returns",
}


join = BaseProcess.join


def patient_join(self, timeout=None):
    join(self, 0)
    if timeout is not None and timeout > 0:
        # Beyond every bound of the spec, and short of a probe's deadline.
        time.sleep(min(timeout, 11))
    return join(self, timeout)


BaseProcess.join = patient_join

become(__name__)
