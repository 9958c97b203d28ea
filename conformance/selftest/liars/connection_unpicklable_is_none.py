"""send() sends None where the object cannot be pickled."""

from mpref.connection import Connection

from liars.truth import become

CAUGHT_BY = {
    "connection.send.unpicklable-raises",
    "connection.send.unpicklable-sends-nothing",
}


send = Connection.send


def send_or_none(self, obj):
    try:
        send(self, obj)
    except TypeError:
        send(self, None)


Connection.send = send_or_none

become(__name__)
