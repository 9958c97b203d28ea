"""cancel_join_thread() changes nothing."""

from mpref.queues import Queue

from liars.truth import become

CAUGHT_BY = {
    "queues.cancel-join-thread.exit-does-not-wait",
}


Queue.cancel_join_thread = lambda self: None

become(__name__)
