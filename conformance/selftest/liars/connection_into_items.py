"""recv_bytes_into() returns the number of items that it wrote."""

from mpref.connection import Connection

from liars.truth import become

CAUGHT_BY = {
    "connection.example.works",
    "connection.recv-bytes-into.counts-bytes",
    "connection.recv-bytes-into.offset-amid-an-item",
    "listeners.dialogue.example-works",
    "listeners.dialogue.over-a-unix-socket",
    "listeners.dialogue.over-the-default",
    "listeners.dialogue.without-a-key",
}


receive = Connection.recv_bytes_into


def receive_items(self, buf, offset=0):
    return receive(self, buf, offset) // memoryview(buf).itemsize


Connection.recv_bytes_into = receive_items

become(__name__)
