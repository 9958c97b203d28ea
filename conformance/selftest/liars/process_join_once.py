"""Joining a process again is an error."""

from mpref.process import BaseProcess

from liars.truth import become

CAUGHT_BY = {
    "process.join.many-times",
}


join = BaseProcess.join


def join_once(self, timeout=None):
    if self._mp_handle is not None and self._mp_handle.exitcode is not None:
        if getattr(self, "joined", False):
            raise AssertionError("joined already")
        self.joined = True
    join(self, timeout)


BaseProcess.join = join_once

become(__name__)
