"""A Listener without an address is a Unix domain socket, whatever the family."""

from mpref.connection import Listener

from liars.truth import become

CAUGHT_BY = {
    "listeners.address.inet-is-host-and-port",
    "listeners.address.port-is-the-real-one",
    "listeners.client.family-can-be-given",
    "listeners.client.family-from-the-address",
    "listeners.client.nobody-there-raises",
    "listeners.listener.address-is-used",
    "listeners.listener.arguments-by-keyword",
    "listeners.listener.every-interface",
    "listeners.listener.family-from-a-path",
    "listeners.listener.family-from-a-tuple",
    "listeners.listener.family-pipe-raises-elsewhere",
    "listeners.listener.inet-is-available",
    "listeners.listener.taken-address-raises",
    "listeners.listener.unix-by-name",
    "listeners.listener.unknown-family-raises",
}


make = Listener.__init__


def make_unix(self, address=None, family=None, backlog=1, authkey=None):
    make(self, address, family if address is not None else "AF_UNIX", backlog, authkey)


Listener.__init__ = make_unix

become(__name__)
