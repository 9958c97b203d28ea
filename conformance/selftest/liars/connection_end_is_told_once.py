"""At the end recv() closes the connection: the second one raises OSError."""

from mpref.connection import Connection

from liars.truth import become

CAUGHT_BY = {
    "connection.poll.end-is-something",
    "connection.recv-bytes-into.end-raises",
    "connection.recv-bytes.end-raises",
    "connection.recv.end-raises-again",
    "listeners.wait.closed-ends-are-ready",
    "listeners.wait.mixes-kinds",
    "listeners.wait.sentinels-of-joined-processes",
}


receive = Connection.recv


def receive_and_close(self):
    try:
        return receive(self)
    except EOFError:
        self.close()
        raise


Connection.recv = receive_and_close

become(__name__)
