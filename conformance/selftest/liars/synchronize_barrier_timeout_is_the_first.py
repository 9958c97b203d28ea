"""A barrier's own timeout goes before that of wait()."""

from mpref.synchronize import Barrier

from liars.truth import become

CAUGHT_BY = {
    "synchronize.barrier.timeout.is-overridden",
}


wait = Barrier.wait


def wait_by_default(self, timeout=None):
    return wait(self, timeout if self._timeout is None else min(self._timeout, 6))


Barrier.wait = wait_by_default

become(__name__)
