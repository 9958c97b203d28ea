"""send_bytes() and recv_bytes(): messages, parts of buffers, and limits."""

import array

from mpprobe.probes._common import error_of, result_of


def sending(t):
    """send_bytes() of all kinds of buffers, and of parts of them."""
    a, b = t.mp.Pipe()

    def sent(*args, **kwargs):
        a.send_bytes(*args, **kwargs)
        return b.recv_bytes()

    buffers = [b"bytes", bytearray(b"bytearray"), memoryview(b"a view")[2:]]
    buffers.append(array.array("H", [0x4141, 0x4242]))
    t.see("buffers", [sent(buffer) for buffer in buffers])
    t.call("whole", sent, b"0123456789")
    t.see("offset", sent(b"0123456789", 3))
    t.see("offset.zero", sent(b"0123456789", 0))
    t.see("offset.last", sent(b"0123456789", 9))
    t.see("offset.behind", result_of(sent, b"0123456789", 10))
    t.see("size", sent(b"0123456789", 3, 4))
    t.see("size.to-the-end", sent(b"0123456789", 3, 7))
    t.see("size.zero", sent(b"0123456789", 3, 0))
    t.see("size.none", result_of(sent, b"0123456789", 3, None))
    t.see("keywords", [sent(b"0123456789", size=2), sent(b"0123456789", offset=7)])
    t.see("keywords.both", sent(b"0123456789", size=2, offset=5))
    t.see("items", result_of(sent, array.array("I", [0x41414141, 0x42424242]), 3, 2))
    t.see("keyword.buf", result_of(sent, buf=b"named"))
    t.see("keyword.buffer", result_of(sent, buffer=b"named"))
    refused = {
        "offset-negative": (b"0123", -1),
        "offset-beyond": (b"0123", 5),
        "size-negative": (b"0123", 0, -1),
        "size-beyond": (b"0123", 0, 5),
        "both-beyond": (b"0123", 2, 3),
    }
    t.see("refused", {name: error_of(a.send_bytes, *args) for name, args in refused.items()})
    t.see("refused.text", error_of(a.send_bytes, "text"))
    t.see("refused.sends-nothing", b.poll())
    t.see("next", sent(b"next"))
    t.call("value", a.send_bytes, b"x")
    a.close()
    b.close()


def receiving(t):
    """recv_bytes() with and without maxlength, of messages that fit."""
    a, b = t.mp.Pipe()
    for message in (b"one", b"", b"two", b"\0" * 3, b"", b"x" * 20000):
        a.send_bytes(message)
    messages = [result_of(b.recv_bytes) for _ in range(6)]
    t.see("messages", messages[:5])
    t.see("long", len(messages[5]))
    t.see("type", sorted({type(message).__name__ for message in messages}))
    for message in (b"0123", b"012", b"", b"0123", b"0123"):
        a.send_bytes(message)
    t.see("exact", result_of(b.recv_bytes, 4))
    t.see("shorter", b.recv_bytes(4))
    t.see("empty", result_of(b.recv_bytes, 0))
    t.see("keyword", result_of(b.recv_bytes, maxlength=4))
    t.see("none", b.recv_bytes(None))
    a.send_bytes(b"kept")
    t.see("negative", error_of(b.recv_bytes, -1))
    t.see("negative.next", result_of(b.recv_bytes))
    a.close()
    b.close()


def too_long_for(t, duplex):
    """A receiving end that met a message of more than maxlength, with another behind it."""
    b, a = t.mp.Pipe(duplex)
    a.send_bytes(b"01234")
    a.send("behind it")
    for _ in range(3):
        a.send_bytes(b"behind it")
    error = error_of(b.recv_bytes, 4)
    after = {
        "recv": error_of(b.recv),
        "recv-bytes": error_of(b.recv_bytes),
        "recv-bytes-into": error_of(b.recv_bytes_into, bytearray(100)),
        "poll": error_of(b.poll),
    }
    return a, b, error, after


def too_long(t):
    """Messages of more than maxlength, through both kinds of pipe."""
    a, b, error, after = too_long_for(t, True)
    t.see("duplex", error)
    t.see("duplex.after", after)
    t.see("duplex.closed", error_of(b.fileno) is not None)
    t.call("duplex.send", b.send, "still writable")
    t.see("duplex.sent", result_of(a.recv))
    a.close()
    b.close()
    a, b, error, after = too_long_for(t, False)
    t.see("one-way", error)
    t.see("one-way.after", after)
    t.see("one-way.closed", error_of(b.fileno) is not None)
    a.close()
    b.close()
