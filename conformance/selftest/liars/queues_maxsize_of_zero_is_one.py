"""A queue made with a maxsize of zero takes one item."""

from mpref.queues import Queue

from liars.truth import become

CAUGHT_BY = {
    "queues.cancel-join-thread.ends-clean",
    "queues.cancel-join-thread.exit-does-not-wait",
    "queues.cancel-join-thread.items-still-come",
    "queues.cancel-join-thread.join-thread-does-not-wait",
    "queues.close.closing-ends-clean",
    "queues.close.concerns-one-process",
    "queues.close.hands-everything-over",
    "queues.close.put-raises-in-a-child",
    "queues.exit.creator-does-not-wait",
    "queues.exit.ends-clean",
    "queues.exit.hands-everything-over",
    "queues.exit.keeps-the-exitcode",
    "queues.exit.leaving-ends-clean",
    "queues.feeder.ends-after-close",
    "queues.feeder.ends-clean",
    "queues.feeder.starts-with-the-first-put",
    "queues.full.never-without-maxsize",
    "queues.get-nowait.returns-an-item",
    "queues.get.by-keyword",
    "queues.get.forms-end-clean",
    "queues.get.items-that-are-false",
    "queues.get.removes-and-returns",
    "queues.get.with-items-does-not-wait",
    "queues.get.without-block-raises-empty",
    "queues.get.without-block-returns-an-item",
    "queues.join-thread.early-ends-clean",
    "queues.join-thread.hands-everything-over",
    "queues.join-thread.refusal-changes-nothing",
    "queues.join-thread.returns-when-all-is-taken",
    "queues.joinable.between-ends-clean",
    "queues.joinable.child-joins",
    "queues.joinable.counts-for-all",
    "queues.joinable.ends-clean",
    "queues.joinable.join-waits-again",
    "queues.joinable.join-waits-for-other-processes",
    "queues.joinable.join-waits-for-task-done",
    "queues.joinable.join-without-tasks-returns",
    "queues.joinable.maxsize-limits",
    "queues.joinable.refused-put-is-no-task",
    "queues.joinable.task-done-returns-none",
    "queues.joinable.task-done-too-often-raises",
    "queues.joinable.tasks-reach-a-child",
    "queues.killed.at-rest",
    "queues.killed.at-rest-ends-clean",
    "queues.killed.in-put",
    "queues.killed.in-put-ends-clean",
    "queues.qsize.between-ends-clean",
    "queues.qsize.counting-ends-clean",
    "queues.qsize.counts",
    "queues.qsize.counts-across-processes",
    "queues.queue.child-gets-what-its-parent-put",
    "queues.queue.example",
    "queues.queue.exchange-ends-clean",
    "queues.queue.keeps-order-whatever-the-size",
    "queues.queue.passes-long-items-whole",
    "queues.queue.passes-objects-unchanged",
    "queues.queue.without-maxsize-is-unlimited",
    "queues.unpicklable.ends-clean",
    "queues.unpicklable.get-raises-once",
    "queues.unpicklable.is-no-task",
    "queues.unpicklable.simple-raises",
}


init = Queue.__init__


def narrow_init(self, maxsize=None, *, ctx=None):
    init(self, 1 if maxsize == 0 else maxsize or 0, ctx=ctx)


Queue.__init__ = narrow_init

become(__name__)
