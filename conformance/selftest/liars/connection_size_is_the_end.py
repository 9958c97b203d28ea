"""send_bytes() takes size for the place where to stop."""

from mpref.connection import Connection

from liars.truth import become

CAUGHT_BY = {
    "connection.send-bytes.impossible-ranges-raise",
    "connection.send-bytes.refusal-sends-nothing",
    "connection.send-bytes.size",
}


send = Connection.send_bytes


def send_to_the_place(self, buf, offset=0, size=None):
    if size is None or size < offset:
        return send(self, buf, offset, size)
    return send(self, buf, offset, size - offset)


Connection.send_bytes = send_to_the_place

become(__name__)
