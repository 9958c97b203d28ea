"""join_thread() closes the queue where that was forgotten."""

from mpref.queues import Queue

from liars.truth import become

CAUGHT_BY = {
    "queues.join-thread.before-close-raises",
    "queues.join-thread.refusal-changes-nothing",
}


join_thread = Queue.join_thread


def lenient_join_thread(self):
    self.close()
    join_thread(self)


Queue.join_thread = lenient_join_thread

become(__name__)
