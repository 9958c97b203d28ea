"""What one process sees of a connection whose ends it both has: bytes, time, and closing."""

import array
import gc
import os
import pickle
import threading

from mpprobe.probes.connection import digest, result_of
from mpprobe.probes.process import error_of
from mpprobe.toolkit import HEAR_SECONDS


class Aside(threading.Thread):
    """A call in a thread of its own, that may block."""

    def __init__(self, function, *args):
        threading.Thread.__init__(self)
        self.daemon = True
        self.call = function, args
        self.result = "still running"
        self.start()

    def run(self):
        function, args = self.call
        self.result = result_of(function, *args)

    def blocks(self):
        """Did the call not return for a while? A call that can't return yet never does."""
        self.join(0.1)
        return self.is_alive()

    def outcome(self):
        self.join(HEAR_SECONDS)
        return self.result


# -- the documentation's own example


def example(t):
    """The session that the documentation shows, with arrays of our own."""
    a, b = t.mp.Pipe()
    a.send([1, "hello", None])
    t.see("object", b.recv())
    b.send_bytes(b"thank you")
    t.see("bytes", a.recv_bytes())
    arr1 = array.array("i", [31, 41, 59, 26])
    arr2 = array.array("i", [7] * 6)
    a.send_bytes(arr1)
    t.see("count", b.recv_bytes_into(arr2) == len(arr1) * arr1.itemsize)
    t.see("array", arr2.tolist())
    a.close()
    b.close()


# -- objects


class Odd(object):
    """It can be pickled, but not be had again."""

    def __reduce__(self):
        return divmod, (1, 0)


def all_of(conn):
    """What there is to be received, or the errors of it."""
    got = []
    while conn.poll():
        got.append(result_of(conn.recv))
    return got


def objects(t):
    """send() and recv() where something is special about the object."""
    a, b = t.mp.Pipe()
    t.call("send", a.send, "by position")
    t.see("send.arrived", b.recv())
    t.call("keyword", a.send, obj="by keyword")
    t.see("keyword.arrived", b.recv())
    mutable = [1, [2]]
    a.send(mutable)
    mutable[1].append("changed after send")
    received = b.recv()
    t.see("copy", received)
    received.append(3)
    t.see("copy.original", mutable)
    # A generator, since there are implementations that pickle functions of all kinds.
    t.call("unpicklable", a.send, (number for number in ()))
    a.send("after the unpicklable")
    t.see("unpicklable.next", all_of(b)[:1])
    a.send(Odd())
    a.send("after the odd")
    t.call("odd", b.recv)
    t.see("odd.next", result_of(lambda: all_of(b)[:1]))
    a.close()
    b.close()
    a, b = t.mp.Pipe()
    failure = result_of(int, "x")
    a.send(failure)
    t.call("exception", b.recv)
    a.send(b"bytes are an object, too")
    t.see("bytes-object", b.recv())
    for number in range(3):
        a.send(number)
        a.send_bytes(b"%d" % number)
    t.see("mixed", [b.recv() if n % 2 == 0 else b.recv_bytes() for n in range(6)])
    a.send_bytes(pickle.dumps(["pickled", 1]))
    t.see("pickled", result_of(b.recv))
    a.send(["to be unpickled", 2])
    data = result_of(b.recv_bytes)
    t.see("unpickled", result_of(pickle.loads, data))
    a.send("one way")
    b.send("the other way")
    t.see("both-ways", [a.recv(), b.recv()])
    a.close()
    b.close()


def large_objects(t):
    """An object of 33 MiB and as many bytes: sent, or refused by ValueError."""
    a, b = t.mp.Pipe()
    big = os.urandom(1 << 20) * 33
    sending = Aside(a.send, [big])
    # poll() ends when something comes: a refusal says so first.
    while not b.poll(0.1) and sending.is_alive():
        pass
    got = b.recv()[0] if b.poll() else sending.outcome()
    sending.outcome()
    t.see("object", "arrived" if got == big else got)
    sending = Aside(a.send_bytes, big)
    while not b.poll(0.1) and sending.is_alive():
        pass
    got = b.recv_bytes() if b.poll() else sending.outcome()
    sending.outcome()
    t.see("bytes", "arrived" if got == big else got)
    a.close()
    b.close()


# -- messages of bytes


def sending_bytes(t):
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


def receiving_bytes(t):
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


def receiving_into(t):
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


# -- time


def blocking(t):
    """recv(), recv_bytes() and recv_bytes_into() called before there is a message."""
    pipes = [t.mp.Pipe() for _ in range(3)]
    room = bytearray(4)
    calls = [
        Aside(pipes[0][0].recv),
        Aside(pipes[1][0].recv_bytes),
        Aside(pipes[2][0].recv_bytes_into, room),
    ]
    t.see("blocks", [call.blocks() for call in calls])
    pipes[0][1].send("late")
    pipes[1][1].send_bytes(b"late")
    pipes[2][1].send_bytes(b"late")
    t.see("results", [call.outcome() for call in calls])
    t.see("into", bytes(room))
    for a, b in pipes:
        a.close()
        b.close()


def polling(t):
    """poll() with all kinds of timeouts, before and after there is something."""
    a, b = t.mp.Pipe()
    t.call("empty", b.poll)
    t.call("zero", b.poll, 0)
    t.call("timed", b.poll, 0.2)
    t.call("keyword", b.poll, timeout=0.2)
    t.call("negative", b.poll, -5)
    endless = Aside(b.poll, None)
    t.see("none.blocks", endless.blocks())
    a.send("something")
    t.see("none", endless.outcome())
    t.call("full", b.poll)
    t.call("full.timed", b.poll, 30)
    t.call("full.zero", b.poll, 0)
    t.call("full.none", b.poll, timeout=None)
    t.see("other-end", a.poll())
    t.see("message", b.recv())
    t.call("read", b.poll)
    later = threading.Timer(0.2, a.send, ["later"])
    later.start()
    t.call("int", b.poll, 20)
    later.join()
    t.see("int.message", b.recv())
    a.send_bytes(b"")
    t.call("zero-length", b.poll)
    t.see("zero-length.message", result_of(b.recv_bytes))
    a.send(1)
    a.send(2)
    t.see("two", [b.poll(), b.recv(), b.poll(), b.recv(), b.poll()])
    a.close()
    t.call("closed", b.poll)
    t.call("closed.timed", b.poll, 30)
    t.call("closed.recv", b.recv)
    b.close()


# -- closing


def is_open(number):
    return error_of(os.fstat, number) is None


def end_of(conn):
    """What recv() raises at the end, which is there by now."""
    return error_of(conn.recv) if conn.poll(2) else "no end"


def closing(t):
    """fileno(), close(), `with` and the garbage collector; what a closed end refuses."""
    a, b = t.mp.Pipe()
    numbers = [a.fileno(), b.fileno()]
    t.see("fileno.types", [type(number).__name__ for number in numbers])
    t.see("fileno.open", [is_open(number) for number in numbers])
    t.see("fileno.differ", numbers[0] != numbers[1])
    t.see("fileno.again", [a.fileno(), b.fileno()] == numbers)
    a.send("before the end")
    t.call("close", a.close)
    t.see("close.open", is_open(numbers[0]))
    t.see("close.last", b.recv())
    t.see("close.end", end_of(b))
    t.call("again", a.close)
    uses = [a.send, a.send_bytes, a.recv, a.recv_bytes, a.recv_bytes_into, a.poll, a.fileno]
    args = [(1,), (b"1",), (), (), (bytearray(4),), (), ()]
    t.see("uses", [error_of(use, *arg) for use, arg in zip(uses, args)])  # noqa: B905
    b.close()

    a, b = t.mp.Pipe()
    number = a.fileno()
    with a as entered:
        t.see("with.same", entered is a)
        a.send("inside")
        t.see("with.open", is_open(number))
    t.see("with.closed", is_open(number))
    t.see("with.message", b.recv())
    t.see("with.end", end_of(b))
    b.close()

    a, b = t.mp.Pipe()
    number = b.fileno()
    t.see("with.error", error_of(fail_within, b))
    t.see("with.error.closed", is_open(number))
    a.close()

    a, b = t.mp.Pipe()
    number = a.fileno()
    a.send("before it was forgotten")
    del a
    gc.collect()
    t.see("forgotten.open", is_open(number))
    t.see("forgotten.message", b.recv())
    t.see("forgotten.end", end_of(b))
    b.close()

    a, b = t.mp.Pipe(False)
    t.see("one-way", [error_of(a.send, 1), error_of(b.recv), error_of(b.poll)])
    a.close()
    t.see("unread", error_of(b.send, "nobody reads"))
    b.close()


def fail_within(conn):
    with conn:
        raise ZeroDivisionError("inside the block")


def collected_error(t):
    """The error of sending to nobody, left to the garbage collector."""
    a, b = t.mp.Pipe()
    b.close()
    error = error_of(a.send, "nobody reads")
    t.see("error", error)
    error.itself = error
    del error
    gc.collect()
    t.see("stderr", t.stderr())
    a.close()
