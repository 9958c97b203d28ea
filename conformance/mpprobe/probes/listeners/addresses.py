"""Addresses and families of listeners and clients: given, chosen, refused."""

import os
import stat
import tempfile

from mpprobe.probes._common import connection_module, error_of, result_of
from mpprobe.probes.listeners._common import exchange_and_close, talk


def is_socket(path):
    return os.path.exists(path) and stat.S_ISSOCK(os.stat(path).st_mode)


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
