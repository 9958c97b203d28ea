"""A process whose status somebody else collected counts as alive for ever."""

import os

from mpref._os import child_handle as _handle

from liars.truth import become

CAUGHT_BY = {
    "process.stolen-status.ends-clean",
    "process.stolen-status.is-not-alive",
    "process.stolen-status.join-returns",
}


def collect(self):
    try:
        pid, status = os.waitpid(self.pid, os.WNOHANG)
    except ChildProcessError:
        return None
    return os.waitstatus_to_exitcode(status) if pid else None


_handle.DirectChild._collect = collect

become(__name__)
