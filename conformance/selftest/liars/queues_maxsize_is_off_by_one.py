"""One item more than maxsize fits."""

from mpref.queues import Queue

from liars.truth import become

CAUGHT_BY = {
    "queues.empty.is-empty-for-all",
    "queues.empty.tells",
    "queues.full.tells",
    "queues.get.makes-room-for-others",
    "queues.joinable.maxsize-limits",
    "queues.joinable.refused-put-is-no-task",
    "queues.killed.waiting-for-room",
    "queues.put-nowait.stores",
    "queues.put.blocks-for-room",
    "queues.put.by-keyword",
    "queues.put.nothing-added-when-full",
    "queues.put.timed-returns-when-there-is-room",
    "queues.put.with-room-does-not-wait",
    "queues.put.without-block-raises-full",
    "queues.put.without-block-stores",
    "queues.queue.is-full-for-all",
    "queues.queue.maxsize-limits",
    "queues.unpicklable.others-come",
}


init = Queue.__init__


def roomy_init(self, maxsize=0, *, ctx=None):
    init(self, maxsize + 1 if maxsize > 0 else maxsize, ctx=ctx)


Queue.__init__ = roomy_init

become(__name__)
