"""empty() of a closed SimpleQueue is True."""

from mpref.queues import SimpleQueue

from liars.truth import become

CAUGHT_BY = {
    "queues.simple.closed-empty-raises",
    "queues.simple.closed-refuses",
}


empty = SimpleQueue.empty


def calm_empty(self):
    try:
        return empty(self)
    except OSError:
        return True


SimpleQueue.empty = calm_empty

become(__name__)
