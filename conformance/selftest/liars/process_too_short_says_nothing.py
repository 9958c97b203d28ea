"""BufferTooShort comes without the message."""

from mpref.exceptions import BufferTooShort

from liars.truth import become

CAUGHT_BY = {
    "connection.recv-bytes-into.too-short-gives-the-message",
    "process.buffer-too-short.carries-the-message",
}


def construct(self, *args):
    self.args = ("the buffer is too short",)


BufferTooShort.__init__ = construct

become(__name__)
