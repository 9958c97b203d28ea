"""qsize() counts what was put, and not what was got."""

from mpref.queues import Queue

from liars.truth import become

CAUGHT_BY = {
    "queues.qsize.counts",
    "queues.qsize.counts-across-processes",
}


put = Queue.put


def counting_put(self, obj, block=True, timeout=None):
    put(self, obj, block, timeout)
    self.ever_put = getattr(self, "ever_put", 0) + 1


Queue.put = counting_put
Queue.qsize = lambda self: getattr(self, "ever_put", 0)

become(__name__)
