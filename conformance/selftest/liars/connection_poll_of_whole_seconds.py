"""poll() waits for whole seconds only."""

from mpref.connection import Connection

from liars.truth import become

CAUGHT_BY = {
    "connection.poll.timeout",
}


poll = Connection.poll
Connection.poll = lambda self, timeout=0.0: poll(self, timeout if timeout is None else int(timeout))

become(__name__)
