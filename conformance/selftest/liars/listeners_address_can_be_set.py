"""address and last_accepted are plain attributes."""

from mpref.connection import Listener

from liars.truth import become

CAUGHT_BY = {
    "listeners.address.is-read-only",
}


def attribute(name):
    return property(
        lambda self: getattr(self, name), lambda self, value: setattr(self, name, value)
    )


Listener.address = attribute("_address")
Listener.last_accepted = attribute("_last_accepted")

become(__name__)
