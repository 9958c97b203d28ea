"""last_accepted stays that of the first client."""

from mpref.connection import Listener

from liars.truth import become

CAUGHT_BY = {
    "listeners.last-accepted.is-the-clients-address",
}


accept = Listener.accept


def accept_and_stay(self):
    before = self._last_accepted
    try:
        return accept(self)
    finally:
        self._last_accepted = before or self._last_accepted


Listener.accept = accept_and_stay

become(__name__)
