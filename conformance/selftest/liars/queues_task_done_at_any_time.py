"""task_done() does nothing when there are no unfinished tasks."""

from mpref.queues import JoinableQueue

from liars.truth import become

CAUGHT_BY = {
    "queues.joinable.counts-for-all",
    "queues.joinable.task-done-too-often-raises",
}


task_done = JoinableQueue.task_done


def lenient_task_done(self):
    try:
        task_done(self)
    except ValueError:
        pass


JoinableQueue.task_done = lenient_task_done

become(__name__)
