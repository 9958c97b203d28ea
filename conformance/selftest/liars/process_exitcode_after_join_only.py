"""exitcode is None until the process is joined."""

from mpref.process import BaseProcess

from liars.truth import become

CAUGHT_BY = {
    "misc.active-children.joins-the-finished",
    "process.exitcode.known-without-join",
    "process.zombie.joined-by-is-alive",
    "process.zombie.joined-by-start",
    "queues.queue.many-producers-and-consumers",
}


join, exitcode = BaseProcess.join, BaseProcess.exitcode.fget


def noting_join(self, timeout=None):
    join(self, timeout)
    self.joined = True


BaseProcess.join = noting_join
BaseProcess.exitcode = property(
    lambda self: exitcode(self) if getattr(self, "joined", False) or self._mp_closed else None
)

become(__name__)
