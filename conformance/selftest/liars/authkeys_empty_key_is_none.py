"""An empty key counts as none."""

from mpref import connection
from mpref._ipc import listeners as listeners

from liars.truth import become

CAUGHT_BY = {
    "authkeys.listener.empty-key-is-a-key",
}


make, client = listeners.Listener.__init__, listeners.Client


def make_with_key(self, address=None, family=None, backlog=1, authkey=None):
    make(self, address, family, backlog, authkey or None)


def connect_with_key(address, family=None, authkey=None):
    return client(address, family, authkey or None)


listeners.Listener.__init__ = make_with_key
connection.Client = connect_with_key

become(__name__)
