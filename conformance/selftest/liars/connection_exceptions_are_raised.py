"""recv() raises the exceptions that it receives."""

from mpref.connection import Connection

from liars.truth import become

CAUGHT_BY = {
    "connection.send.exceptions-are-objects",
}


receive = Connection.recv


def receive_or_raise(self):
    got = receive(self)
    if isinstance(got, BaseException):
        raise got
    return got


Connection.recv = receive_or_raise

become(__name__)
