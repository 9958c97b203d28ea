"""recv_bytes() refuses messages of maxlength bytes."""

from mpref.connection import Connection

from liars.truth import become

CAUGHT_BY = {
    "connection.recv-bytes.maxlength-by-keyword",
    "connection.recv-bytes.maxlength-is-inclusive",
    "connection.recv-bytes.negative-maxlength-raises",
}


receive = Connection.recv_bytes


def receive_fewer(self, maxlength=None):
    return receive(self, maxlength - 1 if maxlength else maxlength)


Connection.recv_bytes = receive_fewer

become(__name__)
