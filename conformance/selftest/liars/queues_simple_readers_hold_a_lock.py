"""A process that waits in SimpleQueue.get() keeps all others from getting."""

import mpref
from mpref.queues import SimpleQueue

from liars.truth import become

CAUGHT_BY = {
    "queues.killed.in-simple-get",
}


init, get = SimpleQueue.__init__, SimpleQueue.get


def locked_init(self, *, ctx=None):
    init(self, ctx=ctx)
    self.turn = mpref.Semaphore(1)


def locked_get(self):
    with self.turn:
        return get(self)


SimpleQueue.__init__, SimpleQueue.get = locked_init, locked_get

become(__name__)
