"""full() is True when there is room for one item more."""

from mpref.queues import Queue

from liars.truth import become

CAUGHT_BY = {
    "queues.full.tells",
}


Queue.full = lambda self: self._slots.get_value() <= 1

become(__name__)
