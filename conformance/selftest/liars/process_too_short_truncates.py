"""recv_bytes_into() cuts off what does not fit."""

from mpref.connection import Connection
from mpref.exceptions import BufferTooShort

from liars.truth import become

CAUGHT_BY = {
    "connection.recv-bytes-into.offset-out-of-range-raises",
    "connection.recv-bytes-into.too-short-gives-the-message",
    "connection.recv-bytes-into.too-short-raises",
    "process.buffer-too-short.carries-the-message",
    "process.buffer-too-short.not-for-a-full-buffer",
    "process.buffer-too-short.raised-by-recv-bytes-into",
}


receive = Connection.recv_bytes_into


def receive_what_fits(self, buf, offset=0):
    try:
        return receive(self, buf, offset)
    except BufferTooShort:
        return len(buf) - offset


Connection.recv_bytes_into = receive_what_fits

become(__name__)
