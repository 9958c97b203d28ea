"""recv_bytes_into(): buffers of many kinds, offsets, and what is refused."""

import array
import os

from mpprobe.probes._common import Aside, error_of, result_of
from mpprobe.probes.connection._common import digest


def receiving(t):
    """recv_bytes_into() with buffers of many kinds, offsets, and what it refuses."""
    a, b = t.mp.Pipe()

    def into(message, buffer, *args, **kwargs):
        a.send_bytes(message)
        return [b.recv_bytes_into(buffer, *args, **kwargs), bytes(buffer)]

    def refused(message, buffer, *args):
        """The error, the buffer after it, and the next message."""
        a.send_bytes(message)
        error = error_of(b.recv_bytes_into, buffer, *args)
        a.send_bytes(b"the next")
        then = b.recv_bytes()
        while b.poll():
            b.recv_bytes()
        return [error, bytes(buffer), then]

    t.see("start", into(b"abc", bytearray(b"......")))
    t.see("offset", into(b"abc", bytearray(b"......"), 2))
    t.see("offset.keyword", into(b"abc", bytearray(b"......"), offset=1))
    t.see("offset.zero", into(b"abc", bytearray(b"......"), 0))
    t.see("offset.last", into(b"a", bytearray(b"..."), 2))
    t.see("fits", into(b"abc", bytearray(b"...")))
    t.see("fits.offset", into(b"abc", bytearray(b"....."), 2))
    t.see("empty", result_of(into, b"", bytearray(b"...")))
    t.see("items", result_of(into, b"\1\2\3\4", array.array("I", [0, 0, 0]), 4))
    t.see("items.amid", result_of(into, b"\1\2\3\4", array.array("I", [0, 0, 0]), 3))
    room = bytearray(b"........")
    t.see("view", into(b"abc", memoryview(room)[2:6]))
    t.see("view.around", bytes(room))
    t.see("large", into(b"y" * 20000, bytearray(20001), 1)[0])

    t.see("short", refused(b"0123456789", bytearray(b"....")))
    t.see("short.args", list(error_args(a, b, b"0123456789", bytearray(4))))
    t.see("short.offset", list(error_args(a, b, b"0123456789", bytearray(12), 3)))
    t.see("short.by-one", list(error_args(a, b, b"0123", bytearray(3))))
    big = os.urandom(1 << 20)
    sending = Aside(a.send_bytes, big)
    args = getattr(error_of(b.recv_bytes_into, bytearray(4)), "args", ())
    sending.outcome()
    t.see("short.big", [result_of(digest, arg) for arg in args])
    t.see("short.big.sent", digest(big))
    t.see("offset.length", refused(b"abc", bytearray(b"....."), 5)[0])

    a.send_bytes(b"kept")
    t.see("offset.negative", error_of(b.recv_bytes_into, bytearray(10), -1))
    t.see("offset.beyond", error_of(b.recv_bytes_into, bytearray(10), 11))
    t.see("offset.kept", b.recv_bytes() if b.poll() else None)
    a.send_bytes(b"kept")
    t.see("read-only", error_of(b.recv_bytes_into, b"0123456789"))
    t.see("read-only.kept", b.recv_bytes() if b.poll() else None)
    a.send_bytes(b"kept")
    t.see("no-buffer", error_of(b.recv_bytes_into, [0] * 10))
    t.see("no-buffer.kept", b.recv_bytes() if b.poll() else None)
    room = bytearray(b"....")
    a.send_bytes(b"1")
    t.see("keyword.buf", result_of(b.recv_bytes_into, buf=room))
    t.see("keyword.buffer", result_of(b.recv_bytes_into, buffer=room))
    a.close()
    b.close()


def error_args(a, b, message, *args):
    """The args of the error that receiving into too small a buffer raises."""
    a.send_bytes(message)
    return getattr(error_of(b.recv_bytes_into, *args), "args", ())
