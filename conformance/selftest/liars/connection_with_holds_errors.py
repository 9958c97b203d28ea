"""A `with` block of a connection holds errors back."""

from mpref.connection import Connection

from liars.truth import become

CAUGHT_BY = {
    "connection.with.lets-errors-through",
}


def leave(self, *_):
    self.close()
    return True


Connection.__exit__ = leave

become(__name__)
