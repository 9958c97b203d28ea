"""poll(None) does not wait."""

from mpref.connection import Connection

from liars.truth import become

CAUGHT_BY = {
    "connection.poll.none-waits",
}


poll = Connection.poll
Connection.poll = lambda self, timeout=0.0: poll(self, timeout or 0.0)

become(__name__)
