"""A message that is longer than maxlength closes the connection."""

from mpref._ipc.channels import MessageTooLong
from mpref.connection import Connection

from liars.truth import become

CAUGHT_BY = {
    "connection.recv-bytes.too-long-leaves-sending",
}


receive = Connection.recv_bytes


def receive_or_close(self, maxlength=None):
    try:
        return receive(self, maxlength)
    except MessageTooLong:
        self.close()
        raise


Connection.recv_bytes = receive_or_close

become(__name__)
