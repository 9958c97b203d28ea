"""A buffer that is too short is filled before BufferTooShort is raised."""

from mpref.connection import Connection
from mpref.exceptions import BufferTooShort

from liars.truth import become

CAUGHT_BY = {
    "connection.recv-bytes-into.too-short-writes-nothing",
}


receive = Connection.recv_bytes_into


def receive_a_part(self, buf, offset=0):
    try:
        return receive(self, buf, offset)
    except BufferTooShort as error:
        view = memoryview(buf).cast("B")[offset:]
        view[:] = error.args[0][: len(view)]
        raise


Connection.recv_bytes_into = receive_a_part

become(__name__)
