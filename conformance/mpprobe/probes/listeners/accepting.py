"""Listeners that accept, and that are closed; and between processes."""

import array
import gc
import os
import socket
import struct

from mpprobe.probes._common import Aside, connection_module, error_of, result_of
from mpprobe.probes.listeners._common import connect, exchange, exchange_and_close, talk
from mpprobe.toolkit import hear, open_descriptors, tell, under_test


def name_of(number):
    """The address that a connected descriptor has itself."""
    end = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 0, fileno=os.dup(number))
    try:
        return end.getsockname()
    finally:
        end.close()


# -- backlog


def listening(known):
    """The backlog of the listening TCP socket whose descriptor is not among the known ones."""
    for number in open_descriptors():
        if number not in known:
            end = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 0, fileno=os.dup(number))
            try:
                # TCP_INFO of Linux: of a listening socket, tcpi_sacked is the backlog.
                return struct.unpack_from("I", end.getsockopt(socket.IPPROTO_TCP, 11, 104), 28)[0]
            finally:
                end.close()
    return None


def waiting_clients(connection, *args):
    """How many connections a Unix domain listener takes before anything is accepted."""
    listener = connection.Listener(None, "AF_UNIX", *args)
    clients = []
    try:
        while len(clients) < 30:
            clients.append(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM))
            clients[-1].setblocking(False)
            clients[-1].connect(listener.address)
    except (BlockingIOError, ConnectionError):
        clients.pop().close()
    for client in clients:
        client.close()
    listener.close()
    return len(clients)


def backlogs(t):
    """The backlog that the kernel has of listeners with and without one given."""
    connection = connection_module(t.mp)
    known = open_descriptors()
    listener = connection.Listener(("localhost", 0))
    t.see("default", listening(known))
    listener.close()
    listener = connection.Listener(("localhost", 0), None, 7)
    t.see("position", listening(known))
    listener.close()
    listener = connection.Listener(("localhost", 0), backlog=9)
    t.see("keyword", listening(known))
    listener.close()
    t.see("unix", [waiting_clients(connection)])
    t.see("unix-of-one", waiting_clients(connection, 1))
    t.see("unix-of-seven", waiting_clients(connection, 7))


# -- accepting


def in_turn(t):
    """accept() one after the other, and what address and last_accepted say meanwhile."""
    connection = connection_module(t.mp)
    listener = connection.Listener(("localhost", 0), backlog=4)
    t.see("before", listener.last_accepted)
    first = connection.Client(listener.address)
    second = connection.Client(listener.address)
    t.see("connected", listener.last_accepted)
    served = listener.accept()
    t.see("type", type(served) is connection.Connection)
    t.see("client.type", type(first) is connection.Connection)
    t.see("first", listener.last_accepted)
    t.see("first.name", name_of(first.fileno()))
    served_too = listener.accept()
    t.see("second", listener.last_accepted)
    t.see("second.name", name_of(second.fileno()))
    second.send("second")
    first.send("first")
    t.see("order", [served.recv(), served_too.recv()])
    t.see("independent", [exchange(first, served), exchange(second, served_too)])
    late = Aside(listener.accept)
    t.see("blocks", late.blocks())
    third = connection.Client(listener.address)
    t.see("late", result_of(exchange, third, late.outcome()))
    address = listener.address
    t.see("set-address", error_of(setattr, listener, "address", ("localhost", 1)))
    t.see("set-last", error_of(setattr, listener, "last_accepted", ("localhost", 1)))
    t.see("unchanged", [listener.address == address, listener.last_accepted[1] > 1])
    for conn in (first, second, third, served, served_too, late.result):
        conn.close()
    listener.close()
    listener = connection.Listener(family="AF_UNIX")
    talk(connection, listener)
    t.see("unix.last", listener.last_accepted)
    t.see("unix.set-address", error_of(setattr, listener, "address", "elsewhere"))
    t.see("unix.set-last", error_of(setattr, listener, "last_accepted", "elsewhere"))
    listener.close()


def closing_one(connection, *args):
    """One listener closed with a connection of it in use."""
    listener = connection.Listener(*args)
    client, served = connect(connection, listener)
    address = listener.address
    seen = {"close": result_of(listener.close)}
    seen["connect"] = error_of(connection.Client, address)
    seen["again"] = result_of(listener.close)
    seen["accept"] = error_of(listener.accept)
    seen["connection"] = result_of(exchange_and_close, client, served)
    seen["file"] = isinstance(address, str) and os.path.exists(address)
    seen["free"] = error_of(use_again, connection, address)
    return seen


def use_again(connection, address):
    """A new listener at an address that was used before."""
    listener = connection.Listener(address)
    try:
        talk(connection, listener)
    finally:
        listener.close()


def fail_within(listener):
    with listener:
        raise ZeroDivisionError("inside the block")


def closing(t):
    """close(), `with` and the garbage collector, for listeners of each family."""
    connection = connection_module(t.mp)
    t.see("inet", closing_one(connection, ("localhost", 0)))
    t.see("unix", closing_one(connection, os.path.abspath("a socket")))
    with connection.Listener(("localhost", 0)) as listener:
        t.see("with.type", type(listener).__name__)
        t.see("with.talk", talk(connection, listener)[0])
        address = listener.address
    t.see("with.closed", error_of(connection.Client, address))
    listener = connection.Listener("within", "AF_UNIX")
    with listener as entered:
        t.see("with.same", entered is listener)
    t.see("with.file", os.path.exists("within"))
    listener = connection.Listener(("localhost", 0))
    address = listener.address
    t.see("with.error", error_of(fail_within, listener))
    t.see("with.error.closed", error_of(connection.Client, address))
    t.see("with.error.address", result_of(lambda: listener.address) == address)
    gc.collect()
    before = len(open_descriptors())
    forgotten = connection.Listener("forgotten", "AF_UNIX")
    del forgotten
    gc.collect()
    t.see("forgotten.connect", error_of(connection.Client, "forgotten"))
    t.see("forgotten.file", os.path.exists("forgotten"))
    t.see("forgotten.descriptors", len(open_descriptors()) - before)


# -- between processes

SECRET = b"secret password"


def be_client(name, address, authkey):
    client = connection_module(under_test()).Client(address, authkey=authkey)
    with client as conn:
        values = conn.recv()
        told = [values[:3], values[3] is float, conn.recv_bytes()]
        arr = array.array("i", [0, 0, 0, 0, 0])
        told += [conn.recv_bytes_into(arr), arr.tolist()]
        conn.send(["from the client", len(conn.recv_bytes())])
    tell(name, told)


def serve(t, listener):
    """Serve one client of another process; what it answered, and the end of its connection."""
    accepted = Aside(listener.accept).outcome()
    with accepted as conn:
        conn.send([2.25, None, "junk", float])
        conn.send_bytes(b"hello")
        conn.send_bytes(array.array("i", [42, 1729]))
        conn.send_bytes(b"x" * 1000000)
        answer = Aside(conn.recv).outcome()
        return [answer, error_of(conn.recv)]


def dialogue(t):
    """The documentation's server, with its client in a child: each family, with and without key."""
    connection = connection_module(t.mp)
    cases = [
        ("inet-key", ("localhost", 0), SECRET),
        ("inet", ("localhost", 0), None),
        ("unix-key", os.path.abspath("a socket"), SECRET),
        ("default", None, None),
    ]
    listeners = [connection.Listener(address, authkey=key) for _, address, key in cases]
    clients = []
    for (name, _, key), listener in zip(cases, listeners):
        clients.append(t.ctx.Process(target=be_client, args=(name, listener.address, key)))
        clients[-1].start()
    t.see("inet-key.answer", serve(t, listeners[0]))
    t.see("inet-key.from", listeners[0].last_accepted)
    t.see("inet.answer", serve(t, listeners[1]))
    t.see("unix-key.answer", serve(t, listeners[2]))
    t.see("default.answer", serve(t, listeners[3]))
    t.see("inet-key", hear("inet-key"))
    t.see("inet", hear("inet"))
    t.see("unix-key", hear("unix-key"))
    t.see("default", hear("default"))
    for client in clients:
        client.join()
    for listener in listeners:
        listener.close()
