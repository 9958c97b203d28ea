"""A str is accepted for a key."""

from mpref import connection
from mpref._ipc import listeners as listeners

from liars.truth import become

CAUGHT_BY = {
    "authkeys.listener.text-key-raises",
}


make, client = listeners.Listener.__init__, listeners.Client


def as_bytes(authkey):
    return authkey.encode() if isinstance(authkey, str) else authkey


def make_with_key(self, address=None, family=None, backlog=1, authkey=None):
    make(self, address, family, backlog, as_bytes(authkey))


def connect_with_key(address, family=None, authkey=None):
    return client(address, family, as_bytes(authkey))


listeners.Listener.__init__ = make_with_key
connection.Client = connect_with_key

become(__name__)
