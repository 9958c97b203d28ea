"""Listeners and clients with right and wrong keys, and the keys that processes have."""

import importlib
import os
import socket

from mpprobe.probes._common import Aside, connection_module, context, error_of, result_of
from mpprobe.probes.authkeys._common import KEY, OTHER, both
from mpprobe.toolkit import HEAR_SECONDS, hear, tell, told, under_test

# -- Listener and Client


def meet(connection, listener, authkey):
    """A client with this key: what came of Client() and of accept(); all closed."""
    asking = Aside(connection.Client, listener.address, None, authkey)
    served = Aside(listener.accept).outcome()
    # Where accept() is content, the client has said all. One that waits on is let go.
    if hasattr(served, "close") and asking.blocks():
        served.close()
    client = asking.outcome()
    results = [client, served]
    if hasattr(client, "send") and hasattr(served, "recv"):
        client.send("hello")
        results = ["connected", served.recv()]
    for end in (client, served):
        if hasattr(end, "close"):
            end.close()
    return results


def keys(t):
    """Clients with right and wrong keys, one after the other at one listener of each family."""
    connection = connection_module(t.mp)
    inet = connection.Listener(("localhost", 0), None, 5, KEY)
    unix = connection.Listener(family="AF_UNIX", authkey=KEY)
    t.see("inet.right", meet(connection, inet, KEY))
    t.see("inet.wrong", meet(connection, inet, OTHER))
    t.see("inet.shorter", meet(connection, inet, KEY[:-1]))
    t.see("inet.longer", meet(connection, inet, KEY + b"!"))
    t.see("inet.right-after-wrong", meet(connection, inet, KEY))
    t.see("unix.right", meet(connection, unix, KEY))
    t.see("unix.wrong", meet(connection, unix, OTHER))
    t.see("unix.right-after-wrong", meet(connection, unix, KEY))
    inet.close()
    unix.close()
    long, binary = b"k" * 1000, bytes(range(256))
    listener = connection.Listener(family="AF_UNIX", authkey=long)
    t.see("long.right", meet(connection, listener, long))
    t.see("long.wrong", meet(connection, listener, long[:-1]))
    listener.close()
    listener = connection.Listener(family="AF_UNIX", authkey=binary)
    t.see("binary.right", meet(connection, listener, binary))
    listener.close()
    listener = connection.Listener(family="AF_UNIX", authkey=os.urandom(32))
    t.see("random.wrong", meet(connection, listener, os.urandom(32)))
    listener.close()
    t.see("text.listener", error_of(connection.Listener, None, "AF_UNIX", 1, "a text"))
    listener = connection.Listener(family="AF_UNIX", authkey=b"a text")
    accepting = Aside(listener.accept)
    t.see("text.client", error_of(connection.Client, listener.address, None, "a text"))
    # Who waits for a client still gets one, that is gone at once.
    raw_client(listener.address).close()
    accepting.outcome()
    listener.close()


def raw_client(address):
    end = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    end.settimeout(HEAR_SECONDS)
    end.connect(address)
    return end


def arrives_unasked(connection, *authkey):
    """Does a client that says nothing get bytes from a listener with this key?"""
    listener = connection.Listener(None, "AF_UNIX", 1, *authkey)
    end = raw_client(listener.address)
    accepting = Aside(listener.accept)
    if accepting.blocks():
        arrived = end.recv(1000)
        end.close()
        accepting.outcome()
        listener.close()
        return [len(arrived) > 0, "accept waits"]
    end.settimeout(0.1)
    arrived = result_of(end.recv, 1000)
    end.close()
    if not isinstance(accepting.result, BaseException):
        accepting.result.close()
    listener.close()
    return [isinstance(arrived, bytes) and len(arrived) > 0, "accepted"]


def asked(t):
    """Whether a listener demands a proof: with a key, without, with an empty one."""
    connection = connection_module(t.mp)
    t.see("key", arrives_unasked(connection, KEY))
    t.see("none", arrives_unasked(connection, None))
    t.see("default", arrives_unasked(connection))
    t.see("empty", arrives_unasked(connection, b""))
    listener = connection.Listener(family="AF_UNIX", authkey=b"")
    t.see("empty.client", meet(connection, listener, b""))
    listener.close()


def mutual(t):
    """Peers that know the key but are not convinced, and peers that are easily convinced."""
    connection = connection_module(t.mp)

    def false_client(listener, first, second):
        """Answers with one key, and demands another."""
        client = connection.Client(listener.address)
        try:
            connection.answer_challenge(client, first)
            connection.deliver_challenge(client, second)
        finally:
            client.close()

    def false_server(listener, first, second):
        """Demands one key, and answers with another."""
        served = listener.accept()
        try:
            connection.deliver_challenge(served, first)
            connection.answer_challenge(served, second)
        finally:
            served.close()

    def against_listener(first, second):
        listener = connection.Listener(family="AF_UNIX", authkey=KEY)
        results = both((false_client, listener, first, second), (listener.accept,))
        listener.close()
        return ended(results)

    def against_client(first, second):
        listener = connection.Listener(family="AF_UNIX")
        call = (connection.Client, listener.address, None, KEY)
        results = both((false_server, listener, first, second), call)
        listener.close()
        return ended(results)

    def ended(results):
        """A connection that came out of it is closed, and named so."""
        if hasattr(results[1], "close"):
            results[1].close()
            results[1] = "a connection"
        return results

    t.see("listener.convinced", against_listener(KEY, KEY))
    t.see("listener.unconvincing", against_listener(KEY, OTHER))
    t.see("listener.wrong", against_listener(OTHER, KEY))
    t.see("client.convinced", against_client(KEY, KEY))
    t.see("client.unconvincing", against_client(OTHER, KEY))
    t.see("client.wrong", against_client(KEY, OTHER))


class Telling:
    """It tells when it is unpickled."""

    def __reduce__(self):
        return tell, ("unpickled",)


def strangers(t):
    """Peers of a listener with a key that know nothing of authentication, and honest ones after."""
    connection = connection_module(t.mp)
    listener = connection.Listener(None, "AF_UNIX", 5, KEY)

    def accept_of(*writes):
        end = raw_client(listener.address)
        for data in writes:
            end.sendall(data)
        end.shutdown(socket.SHUT_WR)
        accepting = Aside(listener.accept)
        result = accepting.outcome()
        end.close()
        return result

    t.see("silent", accept_of())
    t.see("text", accept_of(b"GET / HTTP/1.0\r\n\r\n"))
    t.see("cut", accept_of(b"\0\0"))
    t.see("huge", accept_of(b"\x7f\xff\xff\xff" + b"x" * 1000))
    t.see("zeros", accept_of(b"\0" * 64))
    t.see("after", meet(connection, listener, KEY))
    plain = connection.Client(listener.address)
    plain.send(Telling())
    t.see("plain", Aside(listener.accept).outcome())
    unpickled = told("unpickled")
    plain.close()
    # Unpickled it does tell.
    a, b = t.mp.Pipe()
    a.send(Telling())
    b.recv()
    t.see("plain.unpickled", [told("unpickled"), unpickled])
    a.close()
    b.close()
    t.see("after-plain", meet(connection, listener, KEY))
    listener.close()
    listener = connection.Listener(family="AF_UNIX")
    asking = Aside(connection.Client, listener.address, None, KEY)
    served = listener.accept()
    served.send("no challenge")
    t.see("no-challenge", asking.outcome())
    served.close()
    listener.close()


# -- what travels


def secrecy(t):
    """All bytes between a client and a listener with a key, noted by a relay between them."""
    connection = connection_module(t.mp)
    key = os.urandom(24)
    listener = connection.Listener("server", "AF_UNIX", 1, key)
    door = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    door.bind("relay")
    door.listen(1)
    asking = Aside(connection.Client, "relay", "AF_UNIX", key)
    accepting = Aside(listener.accept)
    left, _ = door.accept()
    right = raw_client("server")
    noted = {"client": b"", "server": b""}

    def pass_on(name, source, target):
        data = source.recv(65536)
        while data:
            noted[name] += data
            target.sendall(data)
            data = source.recv(65536)
        target.shutdown(socket.SHUT_WR)

    threads = [Aside(pass_on, "client", left, right), Aside(pass_on, "server", right, left)]
    client, served = asking.outcome(), accepting.outcome()
    proofs = {name: len(data) for name, data in noted.items()}
    client.send("a message")
    t.see("message", served.recv())
    client.close()
    served.close()
    for thread in threads:
        thread.outcome()
    t.see("both-say", [proofs["client"] > 16, proofs["server"] > 16])
    everything = noted["client"] + noted["server"]
    forms = [key, key.hex().encode(), key[::-1], key[:12], key[12:]]
    t.see("key-travels", [form in everything for form in forms])
    listener.close()
    for end in (left, right, door):
        end.close()
    os.unlink("relay")


# -- keys of processes


def use_own_key(name, method, address, deeper):
    mp = under_test()
    client = connection_module(mp).Client(address, authkey=mp.current_process().authkey)
    client.send(name)
    client.close()
    if deeper:
        child = context(method).Process(
            target=use_own_key, args=("grandchild", method, address, False)
        )
        child.start()
        child.join()
    tell(name)


def process_keys(t):
    """A child and a grandchild that connect by the key that they have from the main process."""
    connection = connection_module(t.mp)
    key = t.mp.current_process().authkey
    listener = connection.Listener(None, "AF_UNIX", 2, key)
    child = t.ctx.Process(target=use_own_key, args=("child", t.method, listener.address, True))
    child.start()
    t.see("child", take_one(listener))
    t.see("grandchild", take_one(listener))
    child.join()
    hear("grandchild")
    t.mp.current_process().authkey = b"changed"
    listener.close()
    listener = connection.Listener(None, "AF_UNIX", 2, b"changed")
    other = t.ctx.Process(target=use_own_key, args=("other", t.method, listener.address, False))
    other.start()
    t.see("changed", take_one(listener))
    other.join()
    t.see("exitcodes", [child.exitcode, other.exitcode])
    listener.close()


def take_one(listener):
    """One message of one client of another process."""
    conn = Aside(listener.accept).outcome()
    if not hasattr(conn, "recv"):
        return conn
    with conn:
        return Aside(conn.recv).outcome()


def attempt(address, authkey, conn):
    client = connection_module(under_test()).Client
    conn.send([conn.recv(), under_test().current_process().authkey == authkey])
    conn.send(type(error_of(client, address, None, authkey)).__name__)


def wrong_key_across(t):
    """A child with another key: at a listener with this process's own, and through a pipe."""
    connection = connection_module(t.mp)
    listener = connection.Listener(("localhost", 0), authkey=KEY)
    here, there = t.ctx.Pipe()
    child = t.ctx.Process(target=attempt, args=(listener.address, OTHER, there))
    child.authkey = OTHER
    child.start()
    there.close()
    here.send("through the pipe")
    t.see("pipe", result_of(here.recv))
    t.see("accept", take_one(listener))
    t.see("client", result_of(here.recv))
    child.join()
    here.close()
    listener.close()


def ask_for_manager(name, address, authkey):
    mp = under_test()
    if authkey is not None:
        mp.current_process().authkey = authkey
    manager = importlib.import_module(mp.__name__ + ".managers").BaseManager(address)
    tell(name, type(error_of(manager.connect)).__name__)


def manager_keys(t):
    """A manager made without a key, and children that connect without one: their own or another."""
    with t.ctx.Manager() as manager:
        for name, key in (("inherited", None), ("other", OTHER)):
            child = t.ctx.Process(target=ask_for_manager, args=(name, manager.address, key))
            child.start()
            child.join()
            t.see(name, hear(name))
