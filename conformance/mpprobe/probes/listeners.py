"""Listeners and clients: addresses and families, accepting, closing; and between processes.

`wait()` stands in `listeners_wait.py`, authentication in `authkeys.py`.
"""

import array
import gc
import os
import socket
import stat
import struct
import tempfile

from mpprobe.probes.connection import connection_module, result_of
from mpprobe.probes.connection_bytes import Aside
from mpprobe.probes.process import error_of
from mpprobe.toolkit import hear, open_descriptors, tell, under_test


def family_of(number):
    """The family of the socket behind a descriptor, by the kernel's own word."""
    names = {int(socket.AF_UNIX): "AF_UNIX", int(socket.AF_INET): "AF_INET"}
    end = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 0, fileno=os.dup(number))
    try:
        # SO_DOMAIN of Linux, which not every interpreter has a name for.
        return names.get(end.getsockopt(socket.SOL_SOCKET, 39), "another")
    finally:
        end.close()


def name_of(number):
    """The address that a connected descriptor has itself."""
    end = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 0, fileno=os.dup(number))
    try:
        return end.getsockname()
    finally:
        end.close()


def connect(connection, listener, *args):
    """Both ends of a new connection. Nobody proves anything, so connecting needs no accept()."""
    client = connection.Client(listener.address, *args)
    return client, listener.accept()


def exchange(one, other):
    """One message each way."""
    one.send(["there", 1])
    other.send(["back", 2])
    return [other.recv(), one.recv()]


def talk(connection, listener, *args):
    """Connect, exchange, and say of which family the connection is."""
    client, served = connect(connection, listener, *args)
    with client, served:
        return [exchange(client, served), family_of(client.fileno()), family_of(served.fileno())]


def is_socket(path):
    return os.path.exists(path) and stat.S_ISSOCK(os.stat(path).st_mode)


# -- addresses and families


def families(t):
    """Listeners of each family, with and without an address, and clients of them."""
    connection = connection_module(t.mp)
    Listener = connection.Listener
    listener = Listener()
    t.see("default.address", type(listener.address).__name__)
    t.see("default.talk", talk(connection, listener)[0])
    listener.close()

    listener = Listener(None, "AF_INET")
    t.see("inet.address", listener.address)
    t.see("inet.types", [type(part).__name__ for part in listener.address])
    t.see("inet.talk", talk(connection, listener))
    t.see("inet.talk-explicit", talk(connection, listener, "AF_INET"))
    t.see("inet.talk-no-key", talk(connection, listener, None, None))
    listener.close()
    listener = Listener(address=("localhost", 0), family=None, backlog=3, authkey=None)
    t.see("inet-inferred.talk", talk(connection, listener))
    t.see("inet-inferred.port", listener.address[1] > 0)
    port = listener.address[1]
    taken = error_of(Listener, ("localhost", port))
    t.see("inet-taken", taken)
    listener.close()
    t.see("inet-nobody", error_of(connection.Client, ("localhost", port)))
    listener = Listener(("127.0.0.1", 0))
    t.see("inet-numeric.host", listener.address[0])
    t.see("inet-numeric.talk", talk(connection, listener))
    t.see(
        "keywords",
        exchange_and_close(
            connection.Client(address=listener.address, family="AF_INET", authkey=None),
            listener.accept(),
        ),
    )
    listener.close()
    everywhere = Listener(("0.0.0.0", 0))
    reached = connection.Client(("127.0.0.1", everywhere.address[1]))
    t.see("inet-everywhere", exchange_and_close(reached, everywhere.accept()))
    everywhere.close()

    path = os.path.abspath("a socket")
    listener = Listener(path)
    t.see("unix-inferred.address", listener.address == path)
    t.see("unix-inferred.file", is_socket(path))
    t.see("unix-inferred.talk", talk(connection, listener))
    t.see("unix-taken", error_of(Listener, path))
    t.see("unix-taken.talk", result_of(talk, connection, listener, "AF_UNIX"))
    listener.close()
    t.see("unix-nobody", error_of(connection.Client, path))
    listener = Listener("relative", "AF_UNIX", 2)
    t.see("unix-relative.file", is_socket("relative"))
    t.see("unix-relative.talk", talk(connection, listener))
    listener.close()


def exchange_and_close(one, other):
    with one, other:
        return exchange(one, other)


def private_folder(t):
    """Listeners of family AF_UNIX without an address."""
    connection = connection_module(t.mp)
    listener = connection.Listener(family="AF_UNIX")
    other = connection.Listener(None, "AF_UNIX")
    path = listener.address
    folder = os.path.dirname(path)
    t.see("type", type(path).__name__)
    t.see("file", is_socket(path))
    t.see("mode", stat.S_IMODE(os.stat(folder).st_mode))
    t.see("owner", os.stat(folder).st_uid == os.getuid())
    temporary = os.path.realpath(tempfile.gettempdir())
    t.see("in-temporary", os.path.dirname(os.path.realpath(folder)) == temporary)
    t.see("differ", path != other.address)
    t.see("talk", talk(connection, listener))
    t.see("talk.other", talk(connection, other))
    listener.close()
    t.see("closed.file", os.path.exists(path))
    t.see("closed.other", is_socket(other.address))
    other.close()


def refused_families(t):
    """Addresses and families that do not fit, or that this system does not have."""
    connection = connection_module(t.mp)
    pipe = r"\\.\pipe\mpprobe"
    t.see("pipe-address.listener", error_of(connection.Listener, pipe))
    t.see("pipe-address.client", error_of(connection.Client, pipe))
    t.see("pipe-family.listener", error_of(connection.Listener, None, "AF_PIPE"))
    t.see("files", os.listdir("."))
    two = connection.Listener("\\\\two", "AF_UNIX")
    t.see("explicit.talk", result_of(talk, connection, two, "AF_UNIX"))
    two.close()
    t.see("unknown.listener", error_of(connection.Listener, None, "AF_NOTHING"))
    t.see("unknown.client", error_of(connection.Client, ("localhost", 1), "AF_NOTHING"))
    t.see("mismatch.path", error_of(connection.Listener, "a path", "AF_INET"))
    t.see("mismatch.tuple", error_of(connection.Listener, ("localhost", 0), "AF_UNIX"))
    t.see("strange.listener", error_of(connection.Listener, 6000))
    t.see("strange.client", error_of(connection.Client, 6000))


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


def accepting(t):
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
    for (name, _, key), listener in zip(cases, listeners):  # noqa: B905
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
