"""get_nowait() on an empty queue returns None."""

import queue

from mpref.queues import Queue

from liars.truth import become

CAUGHT_BY = {
    "queues.empty.is-empty-for-all",
    "queues.get-nowait.raises-empty",
}


get_nowait = Queue.get_nowait


def soft_get_nowait(self):
    try:
        return get_nowait(self)
    except queue.Empty:
        return None


Queue.get_nowait = soft_get_nowait

become(__name__)
