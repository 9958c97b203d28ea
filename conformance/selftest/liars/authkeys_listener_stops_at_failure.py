"""A listener closes when a client does not know its key."""

from mpref import AuthenticationError
from mpref.connection import Listener

from liars.truth import become

CAUGHT_BY = {
    "authkeys.accept.client-without-a-key-raises",
    "authkeys.accept.nothing-is-unpickled-before",
    "authkeys.accept.strangers-do-not-stop-it",
    "authkeys.accept.strangers-raise",
    "authkeys.client.listener-without-a-key-raises",
    "authkeys.client.listener-without-a-key-raises-authentication-error",
    "authkeys.listener.goes-on-after-a-wrong-key",
    "authkeys.listener.whole-key-counts",
}


accept = Listener.accept


def accept_or_close(self):
    try:
        return accept(self)
    except AuthenticationError:
        self.close()
        raise


Listener.accept = accept_or_close

become(__name__)
