"""What the probes of listeners share."""

import os
import socket


def family_of(number):
    """The family of the socket behind a descriptor, by the kernel's own word."""
    names = {int(socket.AF_UNIX): "AF_UNIX", int(socket.AF_INET): "AF_INET"}
    end = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 0, fileno=os.dup(number))
    try:
        # SO_DOMAIN of Linux, which not every interpreter has a name for.
        return names.get(end.getsockopt(socket.SOL_SOCKET, 39), "another")
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


def exchange_and_close(one, other):
    with one, other:
        return exchange(one, other)
