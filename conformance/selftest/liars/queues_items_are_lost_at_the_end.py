"""No process waits at its end for what it has put to be handed over."""

from mpref.queues import _Feeder

from liars.truth import become

CAUGHT_BY = {
    "queues.exit.hands-everything-over",
}


send = _Feeder.send
_Feeder.send = lambda self, data, fds, *, joined: send(self, data, fds, joined=False)

become(__name__)
