"""last_accepted is the address of the listener."""

from mpref.connection import Listener

from liars.truth import become

CAUGHT_BY = {
    "listeners.last-accepted.is-the-clients-address",
}


Listener.last_accepted = property(lambda self: self._last_accepted and self._address)

become(__name__)
