"""A SimpleQueue takes ten items, and makes whoever puts more wait."""

import mpref
from mpref.queues import SimpleQueue

from liars.truth import become

CAUGHT_BY = {
    "queues.simple.holds-short-items",
}


init, get, put = SimpleQueue.__init__, SimpleQueue.get, SimpleQueue.put


def narrow_init(self, *, ctx=None):
    init(self, ctx=ctx)
    self.slots = mpref.Semaphore(10)


def narrow_get(self):
    item = get(self)
    self.slots.release()
    return item


def narrow_put(self, item):
    self.slots.acquire()
    put(self, item)


SimpleQueue.__init__, SimpleQueue.get, SimpleQueue.put = narrow_init, narrow_get, narrow_put

become(__name__)
