"""A process that waits in Queue.get() keeps all others from getting."""

import queue

import mpref
from mpref.queues import Queue

from liars.truth import become

CAUGHT_BY = {
    "queues.killed.in-get",
}


init, get = Queue.__init__, Queue.get


def locked_init(self, maxsize=0, *, ctx=None):
    init(self, maxsize, ctx=ctx)
    self.turn = mpref.Semaphore(1)


def locked_get(self, block=True, timeout=None):
    if not self.turn.acquire(block, timeout):
        raise queue.Empty
    try:
        return get(self, block, timeout)
    finally:
        self.turn.release()


Queue.__init__, Queue.get = locked_init, locked_get

become(__name__)
