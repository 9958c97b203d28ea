"""A queue that one process closes is closed for all."""

import mpref
from mpref.queues import Queue

from liars.truth import become

CAUGHT_BY = {
    "queues.close.closing-ends-clean",
    "queues.close.concerns-one-process",
    "queues.close.hands-everything-over",
    "queues.close.put-raises-in-a-child",
    "queues.join-thread.hands-everything-over",
    "queues.join-thread.returns-when-all-is-taken",
    "queues.killed.at-rest",
}


init, close = Queue.__init__, Queue.close


def marked_init(self, maxsize=0, *, ctx=None):
    init(self, maxsize, ctx=ctx)
    self.ended = mpref.RawValue("b", 0)


def loud_close(self):
    close(self)
    self.ended.value = 1


def check_open(self):
    if self._closed or self.ended.value:
        raise ValueError("closed by somebody")


Queue.__init__, Queue.close, Queue._check_open = marked_init, loud_close, check_open

become(__name__)
