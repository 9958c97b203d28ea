"""join() of a JoinableQueue returns when everything was got."""

from mpref.queues import JoinableQueue

from liars.truth import become

CAUGHT_BY = {
    "queues.joinable.child-joins",
    "queues.joinable.counts-for-all",
    "queues.joinable.join-waits-for-other-processes",
    "queues.joinable.join-waits-for-task-done",
    "queues.joinable.task-done-too-often-raises",
}


get, task_done = JoinableQueue.get, JoinableQueue.task_done


def finishing_get(self, block=True, timeout=None):
    item = get(self, block, timeout)
    task_done(self)
    return item


JoinableQueue.get = finishing_get
JoinableQueue.task_done = lambda self: None

become(__name__)
