"""The documented exceptions, and what raises them."""

import threading

from mpprobe.probes._common import error_of
from mpprobe.probes.process._common import say
from mpprobe.toolkit import park, tell


def related(t):
    """How the documented exceptions are related."""
    t.see("base", t.mp.ProcessError)
    t.see("derived", [t.mp.BufferTooShort, t.mp.AuthenticationError, t.mp.TimeoutError])
    t.see("distinct", len({t.mp.BufferTooShort, t.mp.AuthenticationError, t.mp.TimeoutError}))
    t.see("builtin", issubclass(t.mp.TimeoutError, TimeoutError))
    t.see("empty-args", t.mp.BufferTooShort(b"x").args)


def too_short(t):
    """A message that does not fit into the buffer it is received into."""
    receiving, sending = t.mp.Pipe(False)
    sending.send_bytes(b"0123456789")
    sending.send_bytes(b"next")
    error = error_of(receiving.recv_bytes_into, bytearray(9))
    t.see("error", error)
    t.see("args", list(error.args))
    t.see("fits", error_of(receiving.recv_bytes_into, bytearray(4)))
    sending.close()
    receiving.close()


def accept_once(listener, errors):
    try:
        listener.accept().close()
    except Exception as error:
        errors.append(error)


def wrong_key(t):
    """A client with another key than the listener's."""
    from importlib import import_module

    connection = import_module(t.mp.__name__ + ".connection")
    listener = connection.Listener(("localhost", 0), authkey=b"right")
    errors = []
    thread = threading.Thread(target=accept_once, args=(listener, errors))
    thread.start()
    t.see("client", error_of(connection.Client, listener.address, authkey=b"wrong"))
    thread.join()
    t.see("listener", errors)
    listener.close()


def expired(t):
    """Methods of a pool that take a timeout, while its only worker is busy."""
    pool = t.ctx.Pool(1)
    busy = pool.apply_async(park)
    waiting = pool.imap(say, ["said"])
    t.call("get", busy.get, timeout=0.1)
    t.call("next", waiting.next, timeout=0.1)
    tell("release")
    busy.get()
    waiting.next()
    pool.close()
    pool.join()
