"""A message of no bytes is taken for the end."""

from mpref.connection import Connection

from liars.truth import become

CAUGHT_BY = {
    "authkeys.answer-challenge.anything-else-raises",
    "authkeys.deliver-challenge.false-answers-are-refused",
    "connection.class.joins-two-children",
    "connection.poll.takes-no-message",
    "connection.recv-bytes-into.returns-the-length",
    "connection.recv-bytes.maxlength-is-inclusive",
    "connection.recv-bytes.one-message-each",
    "connection.recv-bytes.returns-bytes",
    "connection.send-bytes.buf-by-keyword",
    "connection.send-bytes.counts-bytes",
    "connection.send-bytes.empty-message-crosses",
    "connection.send-bytes.impossible-ranges-raise",
    "connection.send-bytes.offset-and-size-by-keyword",
    "connection.send-bytes.refusal-sends-nothing",
    "connection.send-bytes.returns-none",
    "connection.send-bytes.size",
    "connection.send-bytes.text-raises",
    "listeners.wait.closed-connection-raises",
    "listeners.wait.closed-ends-are-ready",
    "listeners.wait.connections",
    "listeners.wait.for-nothing",
    "listeners.wait.negative-is-zero",
    "listeners.wait.takes-nothing",
    "listeners.wait.timeout-is-an-upper-bound",
}


receive = Connection._receive_bytes


def receive_something(self, maxlength):
    message = receive(self, maxlength)
    if len(message) == 0:
        raise EOFError
    return message


Connection._receive_bytes = receive_something

become(__name__)
