"""Calls that wait for a message, and poll()."""

import threading

from mpprobe.probes._common import Aside, result_of


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
