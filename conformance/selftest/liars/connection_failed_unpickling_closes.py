"""An object that cannot be unpickled is the end of the connection."""

from mpref.connection import Connection

from liars.truth import become

CAUGHT_BY = {
    "connection.recv.unpickling-error-takes-one-message",
    "queues.unpicklable.simple-raises",
}


receive = Connection.recv


def receive_or_close(self):
    try:
        return receive(self)
    except (EOFError, OSError):
        raise
    except Exception:
        self.close()
        raise


Connection.recv = receive_or_close

become(__name__)
