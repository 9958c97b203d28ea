"""Leaving a `with` block does not close the connection."""

from mpref.connection import Connection

from liars.truth import become

CAUGHT_BY = {
    "connection.with.closes",
    "connection.with.lets-errors-through",
}


Connection.__exit__ = lambda self, *_: None

become(__name__)
