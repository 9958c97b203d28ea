"""After BufferTooShort the message is still there."""

from mpref.connection import Connection
from mpref.exceptions import BufferTooShort

from liars.truth import become

CAUGHT_BY = {
    "connection.recv-bytes-into.too-short-gives-the-message",
    "connection.recv-bytes-into.too-short-takes-the-message",
    "process.buffer-too-short.not-for-a-full-buffer",
}


receive = Connection._receive_bytes
receive_into = Connection.recv_bytes_into
poll = Connection.poll
kept = {}


def receive_kept(self, maxlength):
    return kept.pop(self) if self in kept else receive(self, maxlength)


def receive_or_keep(self, buf, offset=0):
    try:
        return receive_into(self, buf, offset)
    except BufferTooShort as error:
        kept[self] = error.args[0]
        raise


Connection._receive_bytes = receive_kept
Connection.recv_bytes_into = receive_or_keep
Connection.poll = lambda self, timeout=0.0: self in kept or poll(self, timeout)

become(__name__)
