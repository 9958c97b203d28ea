"""Leaving a `with` block does not close the listener."""

from mpref.connection import Listener

from liars.truth import become

CAUGHT_BY = {
    "listeners.close.removes-the-file",
    "listeners.with.closes",
    "listeners.with.lets-errors-through",
}


Listener.__exit__ = lambda self, *_: None

become(__name__)
