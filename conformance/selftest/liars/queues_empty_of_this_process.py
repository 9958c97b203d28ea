"""empty() looks at what this process has put and got only."""

from mpref.queues import Queue

from liars.truth import become

CAUGHT_BY = {
    "queues.empty.is-empty-for-all",
}


get, put = Queue.get, Queue.put


def counting_get(self, block=True, timeout=None):
    item = get(self, block, timeout)
    self.balance = getattr(self, "balance", 0) - 1
    return item


def counting_put(self, obj, block=True, timeout=None):
    put(self, obj, block, timeout)
    self.balance = getattr(self, "balance", 0) + 1


Queue.get, Queue.put = counting_get, counting_put
Queue.empty = lambda self: getattr(self, "balance", 0) <= 0

become(__name__)
