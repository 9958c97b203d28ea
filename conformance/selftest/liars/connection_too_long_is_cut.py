"""recv_bytes() cuts what is longer than maxlength."""

from mpref.connection import Connection

from liars.truth import become

CAUGHT_BY = {
    "connection.recv-bytes.too-long-ends-reading",
    "connection.recv-bytes.too-long-raises",
}


receive = Connection.recv_bytes


def receive_a_part(self, maxlength=None):
    if maxlength is not None and maxlength < 0:
        raise ValueError(f"maxlength: expected at least 0, got {maxlength}")
    return receive(self)[:maxlength]


Connection.recv_bytes = receive_a_part

become(__name__)
