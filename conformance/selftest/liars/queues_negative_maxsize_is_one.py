"""A queue made with a negative maxsize takes one item."""

from mpref.queues import Queue

from liars.truth import become

CAUGHT_BY = {
    "queues.queue.without-maxsize-is-unlimited",
}


init = Queue.__init__


def narrow_init(self, maxsize=0, *, ctx=None):
    init(self, 1 if maxsize < 0 else maxsize, ctx=ctx)


Queue.__init__ = narrow_init

become(__name__)
