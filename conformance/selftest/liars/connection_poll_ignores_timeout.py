"""poll() never waits for long."""

from mpref.connection import Connection

from liars.truth import become

CAUGHT_BY = {
    "connection.poll.timeout",
    "connection.poll.timeout-is-an-upper-bound",
    "queues.pipe.answers-come-back",
}


poll = Connection.poll
Connection.poll = lambda self, timeout=0.0: poll(self, timeout if timeout is None else 0.0)

become(__name__)
