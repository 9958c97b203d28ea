"""Sending to nobody raises nothing."""

from mpref.connection import Connection

from liars.truth import become

CAUGHT_BY = {
    "connection.killed.reader-is-an-end",
    "connection.send.closed-reader-raises",
    "connection.send.error-can-be-collected",
    "connection.send.without-a-reader-raises",
}


send, send_bytes = Connection.send, Connection.send_bytes


def send_or_not(self, obj):
    try:
        send(self, obj)
    except BrokenPipeError:
        pass


def send_bytes_or_not(self, buf, offset=0, size=None):
    try:
        send_bytes(self, buf, offset, size)
    except BrokenPipeError:
        pass


Connection.send = send_or_not
Connection.send_bytes = send_bytes_or_not

become(__name__)
