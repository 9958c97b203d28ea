"""A task that cannot be pickled is one that join() waits for."""

from mpref.queues import JoinableQueue

from liars.truth import become

CAUGHT_BY = {
    "queues.unpicklable.is-no-task",
}


put = JoinableQueue.put


def counting_put(self, obj, block=True, timeout=None):
    try:
        put(self, obj, block, timeout)
    except OverflowError:
        self._count_task()
        raise


JoinableQueue.put = counting_put

become(__name__)
