"""join_thread() returns at once."""

from mpref.queues import Queue

from liars.truth import become

CAUGHT_BY = {
    "queues.feeder.ends-after-close",
    "queues.join-thread.hands-everything-over",
}


join_thread = Queue.join_thread


def hasty_join_thread(self):
    if not self._closed:
        join_thread(self)


Queue.join_thread = hasty_join_thread

become(__name__)
