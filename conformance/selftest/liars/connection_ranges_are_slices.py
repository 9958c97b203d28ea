"""send_bytes() cuts impossible ranges as slices are cut."""

from mpref.connection import Connection

from liars.truth import become

CAUGHT_BY = {
    "connection.send-bytes.impossible-ranges-raise",
    "connection.send-bytes.refusal-sends-nothing",
}


send = Connection.send_bytes


def send_a_slice(self, buf, offset=0, size=None):
    view = memoryview(buf).cast("B")
    return send(self, view[offset : None if size is None else offset + size])


Connection.send_bytes = send_a_slice

become(__name__)
