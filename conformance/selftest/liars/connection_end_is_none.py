"""recv() returns None at the end."""

from mpref.connection import Connection

from liars.truth import become

CAUGHT_BY = {
    "connection.class.inherited-by-fork",
    "connection.close.by-the-garbage-collector",
    "connection.close.is-the-end-for-the-other",
    "connection.killed.reader-is-an-end",
    "connection.poll.closed-other-end",
    "connection.recv.end-raises",
    "connection.recv.end-raises-again",
    "connection.transfer.ends-with-the-receiver",
    "connection.transfer.sender-may-close",
    "connection.with.closes",
    "listeners.dialogue.end-is-seen",
    "listeners.wait.closed-ends-are-ready",
    "listeners.wait.end-needs-the-last-writer",
    "listeners.wait.example-ends-by-eof",
    "listeners.wait.example-works",
    "listeners.wait.sees-the-end-of-a-connection",
}


receive = Connection.recv


def receive_or_none(self):
    try:
        return receive(self)
    except EOFError:
        return None


Connection.recv = receive_or_none

become(__name__)
