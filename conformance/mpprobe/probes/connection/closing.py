"""Ends that are closed, collected, or left alone by a process that died."""

import gc
import os
import signal

from mpprobe.probes._common import error_of, result_of
from mpprobe.toolkit import hear, park, process_state, tell, told, until


def is_open(number):
    return error_of(os.fstat, number) is None


def end_of(conn):
    """What recv() raises at the end, which is there by now."""
    return error_of(conn.recv) if conn.poll(2) else "no end"


def every_way(t):
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
    t.see("uses", [error_of(use, *arg) for use, arg in zip(uses, args)])
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


def asleep(pid):
    """Does the process wait for something, as far as the kernel knows, for ten looks in a row?"""
    looks = []

    def look():
        looks.append(process_state(pid) == "S")
        return looks[-10:] == [True] * 10

    return until(look, 2.0)


def read_for_ever(conn):
    tell("reading", os.getpid())
    conn.recv()


def write_much(conn):
    tell("writing", os.getpid())
    conn.send_bytes(b"x" * (8 << 20))
    tell("written")
    park()


def killed_peers(t):
    """A reader and a writer killed: the one in its recv(), the other amid a long message."""
    here, there = t.ctx.Pipe()
    reading = t.ctx.Process(target=read_for_ever, args=(there,))
    reading.start()
    there.close()
    pid = hear("reading")
    t.see("reader.waits", asleep(pid))
    os.kill(pid, signal.SIGKILL)
    reading.join()
    t.call("reader.recv", here.recv)
    t.see("reader.send", error_of(here.send, 1))
    here.close()

    reader, writer = t.ctx.Pipe(False)
    writing = t.ctx.Process(target=write_much, args=(writer,))
    writing.start()
    writer.close()
    pid = hear("writing")
    until(lambda: told("written") or asleep(pid))
    os.kill(pid, signal.SIGKILL)
    writing.join()
    message = result_of(reader.recv_bytes)
    t.see("writer.message", "whole" if message == b"x" * (8 << 20) else message)
    t.call("writer.end", reader.recv_bytes)
    reader.close()
