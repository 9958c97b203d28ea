"""Lies about JoinableQueue."""

import queue

from mpref.queues import JoinableQueue

from liars.lies import lie, replace


@lie(
    JoinableQueue,
    "join",
    caught_by=[
        "queues.joinable.join-waits-again",
        "queues.joinable.join-waits-for-task-done",
    ],
)
def second_join_does_not_wait(original, self):
    """join() of a queue does not wait when it has returned once."""
    if not getattr(self, "was_joined", False):
        original(self)
        self.was_joined = True


@lie(
    caught_by=[
        "queues.joinable.child-joins",
        "queues.joinable.counts-for-all",
        "queues.joinable.join-waits-for-other-processes",
        "queues.joinable.join-waits-for-task-done",
        "queues.joinable.task-done-too-often-raises",
    ],
)
def get_finishes_the_task():
    """get() finishes its task, and task_done() does nothing."""
    task_done = JoinableQueue.task_done

    @replace(JoinableQueue, "get")
    def get(original, self, block=True, timeout=None):
        item = original(self, block, timeout)
        task_done(self)
        return item

    replace(JoinableQueue, "task_done")(lambda self: None)


@lie(JoinableQueue, "put", caught_by=["queues.joinable.refused-put-is-no-task"])
def refused_put_counts_as_a_task(original, self, obj, block=True, timeout=None):
    """A put() that raises queue.Full counts as a task that join() waits for."""
    try:
        original(self, obj, block, timeout)
    except queue.Full:
        self._count_task()
        raise


@lie(
    JoinableQueue,
    "task_done",
    caught_by=[
        "queues.joinable.counts-for-all",
        "queues.joinable.task-done-too-often-raises",
    ],
)
def extra_task_done_does_nothing(original, self):
    """task_done() does nothing, and does not raise, when there are no unfinished tasks."""
    try:
        original(self)
    except ValueError:
        pass


@lie(
    caught_by=[
        "queues.joinable.child-joins",
        "queues.joinable.counts-for-all",
        "queues.joinable.join-waits-for-other-processes",
    ],
)
def processes_count_their_own_tasks():
    """Each process counts its own unfinished tasks."""

    @replace(JoinableQueue, "_count_task")
    def count_task(self):
        self.tasks = getattr(self, "tasks", 0) + 1

    @replace(JoinableQueue, "task_done")
    def task_done(self):
        if getattr(self, "tasks", 0) < 1:
            raise ValueError("task_done() was called too often")
        self.tasks -= 1
        if not self.tasks:
            with self._all_done:
                self._all_done.notify_all()

    @replace(JoinableQueue, "join")
    def join(self):
        with self._all_done:
            self._all_done.wait_for(lambda: not getattr(self, "tasks", 0))


@lie(JoinableQueue, "put", caught_by=["queues.unpicklable.is-no-task"])
def unpicklable_put_counts_as_a_task(original, self, obj, block=True, timeout=None):
    """A put() that raises since it can't pickle counts as a task that join() waits for."""
    try:
        original(self, obj, block, timeout)
    except OverflowError:
        self._count_task()
        raise
