"""A message that is longer than maxlength is dropped, and the connection read on."""

from mpref.connection import Connection

from liars.truth import become

CAUGHT_BY = {
    "connection.recv-bytes.too-long-ends-reading",
}


receive = Connection.recv_bytes


def receive_or_drop(self, maxlength=None):
    if maxlength is not None and maxlength < 0:
        raise ValueError(f"maxlength: expected at least 0, got {maxlength}")
    message = receive(self)
    if maxlength is not None and len(message) > maxlength:
        raise OSError(f"expected at most {maxlength} bytes, got {len(message)}")
    return message


Connection.recv_bytes = receive_or_drop

become(__name__)
