"""recv_bytes_into() writes at the start whatever the offset."""

from mpref.connection import Connection

from liars.truth import become

CAUGHT_BY = {
    "connection.recv-bytes-into.counts-bytes",
    "connection.recv-bytes-into.may-fill-the-buffer",
    "connection.recv-bytes-into.offset-amid-an-item",
    "connection.recv-bytes-into.offset-by-keyword",
    "connection.recv-bytes-into.offset-out-of-range-raises",
    "connection.recv-bytes-into.too-short-gives-the-message",
    "connection.recv-bytes-into.too-short-raises",
    "connection.recv-bytes-into.works-in-a-child",
    "connection.recv-bytes-into.writes-at-the-offset",
}


receive = Connection.recv_bytes_into


def receive_at_the_start(self, buf, offset=0):
    if not 0 <= offset <= memoryview(buf).nbytes:
        return receive(self, buf, offset)
    return receive(self, buf)


Connection.recv_bytes_into = receive_at_the_start

become(__name__)
