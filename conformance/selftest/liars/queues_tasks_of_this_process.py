"""Each process counts its own unfinished tasks."""

from mpref.queues import JoinableQueue

from liars.truth import become

CAUGHT_BY = {
    "queues.joinable.child-joins",
    "queues.joinable.counts-for-all",
    "queues.joinable.join-waits-for-other-processes",
}


def count_task(self):
    self.tasks = getattr(self, "tasks", 0) + 1


def task_done(self):
    if getattr(self, "tasks", 0) < 1:
        raise ValueError("task_done() was called too often")
    self.tasks -= 1
    if not self.tasks:
        with self._all_done:
            self._all_done.notify_all()


def join(self):
    with self._all_done:
        self._all_done.wait_for(lambda: not getattr(self, "tasks", 0))


JoinableQueue._count_task, JoinableQueue.task_done, JoinableQueue.join = count_task, task_done, join

become(__name__)
