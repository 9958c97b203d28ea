"""poll() forgets the sign of its timeout."""

from mpref.connection import Connection

from liars.truth import become

CAUGHT_BY = {
    "connection.poll.negative-is-immediate",
    "sharedctypes.manager.controls-a-process",
    "sharedctypes.manager.ends-clean",
    "sharedctypes.manager.holds-objects-for-others",
    "sharedctypes.manager.supports-types",
}


poll = Connection.poll
Connection.poll = lambda self, timeout=0.0: poll(self, timeout if timeout is None else abs(timeout))

become(__name__)
