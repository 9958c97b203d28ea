"""poll() forgets the sign of its timeout."""

from mpref.connection import Connection

from liars.truth import become

CAUGHT_BY = {
    "connection.poll.negative-is-immediate",
}


poll = Connection.poll
Connection.poll = lambda self, timeout=0.0: poll(self, timeout if timeout is None else abs(timeout))

become(__name__)
