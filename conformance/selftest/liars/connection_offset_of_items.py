"""send_bytes() counts the items of the buffer, not its bytes."""

from mpref.connection import Connection

from liars.truth import become

CAUGHT_BY = {
    "connection.send-bytes.counts-bytes",
}


send = Connection.send_bytes


def send_items(self, buf, offset=0, size=None):
    width = memoryview(buf).itemsize
    return send(self, buf, offset * width, size if size is None else size * width)


Connection.send_bytes = send_items

become(__name__)
