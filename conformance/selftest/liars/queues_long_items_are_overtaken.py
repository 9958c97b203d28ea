"""An item of more than 50,000 bytes is sent after the one that is put next."""

from mpref.queues import Queue

from liars.truth import become

CAUGHT_BY = {
    "queues.queue.keeps-order-whatever-the-size",
}


put = Queue.put


def shuffling_put(self, obj, block=True, timeout=None):
    waiting = getattr(self, "waiting", None)
    if waiting is None and isinstance(obj, tuple) and len(obj) == 2 and len(obj[1]) > 50000:
        self.waiting = obj
        return
    self.waiting = None
    put(self, obj, block, timeout)
    if waiting is not None:
        put(self, waiting, block, timeout)


Queue.put = shuffling_put

become(__name__)
