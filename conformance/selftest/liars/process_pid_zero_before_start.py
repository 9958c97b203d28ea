"""pid is 0 before start()."""

from mpref.process import BaseProcess

from liars.truth import become

CAUGHT_BY = {
    "contexts.compatibility.fork-lock-does-not-reach-forkserver",
    "contexts.compatibility.fork-lock-does-not-reach-spawn",
    "contexts.compatibility.fork-lock-is-refused-by-forkserver",
    "process.pid.none-before-start",
}


pid = BaseProcess.pid.fget
BaseProcess.pid = property(lambda self: pid(self) or 0)

become(__name__)
