"""Once join() has returned, it never waits again."""

from mpref.queues import JoinableQueue

from liars.truth import become

CAUGHT_BY = {
    "queues.joinable.join-waits-again",
    "queues.joinable.join-waits-for-task-done",
}


join = JoinableQueue.join


def forgetful_join(self):
    if not getattr(self, "was_joined", False):
        join(self)
        self.was_joined = True


JoinableQueue.join = forgetful_join

become(__name__)
