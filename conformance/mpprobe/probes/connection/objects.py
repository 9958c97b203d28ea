"""send() and recv(): objects of all kinds and sizes."""

import array
import os
import pickle

from mpprobe.probes._common import Aside, result_of

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


class Odd:
    """It can be pickled, but not be had again."""

    def __reduce__(self):
        return divmod, (1, 0)


def all_of(conn):
    """What there is to be received, or the errors of it."""
    got = []
    while conn.poll():
        got.append(result_of(conn.recv))
    return got


def special(t):
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


def large(t):
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
