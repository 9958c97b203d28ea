"""A closed process object still answers questions."""

from mpref.process import BaseProcess

from liars.truth import become

CAUGHT_BY = {
    "process.close.attributes-raise",
}


close, exitcode = BaseProcess.close, BaseProcess.exitcode.fget


def noting_close(self):
    self.last = None if self._mp_closed or self._mp_handle is None else self.exitcode
    close(self)


BaseProcess.close = noting_close
BaseProcess.exitcode = property(lambda self: self.last if self._mp_closed else exitcode(self))

become(__name__)
