"""recv_bytes() returns a bytearray."""

from mpref.connection import Connection

from liars.truth import become

CAUGHT_BY = {
    "connection.recv-bytes.returns-bytes",
}


receive = Connection.recv_bytes
Connection.recv_bytes = lambda self, maxlength=None: bytearray(receive(self, maxlength))

become(__name__)
