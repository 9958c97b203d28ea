"""Connections are kept in a list: forgotten ones stay open."""

from mpref.connection import Connection

from liars.truth import become

CAUGHT_BY = {
    "connection.close.by-the-garbage-collector",
}


kept = []
make = Connection._over.__func__


def make_and_keep(cls, *arguments):
    kept.append(make(cls, *arguments))
    return kept[-1]


Connection._over = classmethod(make_and_keep)

become(__name__)
