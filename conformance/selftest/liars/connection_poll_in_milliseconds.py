"""poll() takes whole numbers for milliseconds."""

from mpref.connection import Connection

from liars.truth import become

CAUGHT_BY = {
    "connection.poll.timeout-is-an-upper-bound",
}


poll = Connection.poll


def poll_in_milliseconds(self, timeout=0.0):
    return poll(self, timeout / 1000 if isinstance(timeout, int) else timeout)


Connection.poll = poll_in_milliseconds

become(__name__)
