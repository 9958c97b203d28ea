"""The feeder thread starts when the queue is made."""

import os

from mpref.queues import Queue

from liars.truth import become

CAUGHT_BY = {
    "queues.feeder.starts-with-the-first-put",
}


init = Queue.__init__


def eager_init(self, maxsize=0, *, ctx=None):
    init(self, maxsize, ctx=ctx)
    self._feeder._start(os.getpid() != self._creator)


Queue.__init__ = eager_init

become(__name__)
