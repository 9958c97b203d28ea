"""A put() that raises queue.Full is a task that join() waits for."""

import queue

from mpref.queues import JoinableQueue

from liars.truth import become

CAUGHT_BY = {
    "queues.joinable.refused-put-is-no-task",
}


put = JoinableQueue.put


def counting_put(self, obj, block=True, timeout=None):
    try:
        put(self, obj, block, timeout)
    except queue.Full:
        self._count_task()
        raise


JoinableQueue.put = counting_put

become(__name__)
