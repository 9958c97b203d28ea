"""The backlog is 1, whatever was asked for."""

from mpref.connection import Listener

from liars.truth import become

CAUGHT_BY = {
    "listeners.backlog.is-passed-on",
}


make = Listener.__init__


def make_short(self, address=None, family=None, backlog=1, authkey=None):
    make(self, address, family, 1, authkey)


Listener.__init__ = make_short

become(__name__)
