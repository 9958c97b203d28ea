"""Entering `with` gives another object for the same connection."""

from mpref.connection import Connection

from liars.truth import become

CAUGHT_BY = {
    "connection.with.gives-the-connection",
}


def enter(self):
    twin = Connection.__new__(Connection)
    vars(twin).update(vars(self))
    return twin


Connection.__enter__ = enter

become(__name__)
