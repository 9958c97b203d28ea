"""A barrier's own timeout is forgotten."""

from mpref.synchronize import Barrier

from liars.truth import become

CAUGHT_BY = {
    "synchronize.barrier.timeout.is-the-default-of-wait",
}


init = Barrier.__init__


def init_without_timeout(self, parties, action=None, timeout=None, *, ctx=None):
    init(self, parties, action, None if timeout is None else 8, ctx=ctx)


Barrier.__init__ = init_without_timeout

become(__name__)
