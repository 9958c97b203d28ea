"""Lies about listeners, clients and wait()."""

import os
import select
import signal
import socket
import threading

from mpref import connection
from mpref._ipc import listeners
from mpref.connection import Listener

from liars.lies import lie, replace
from liars.truth import is_asked_by


@lie(caught_by=["listeners.address.is-read-only"])
def address_can_be_set():
    """address and last_accepted of a listener can be set."""

    def attribute(name):
        return property(
            lambda self: getattr(self, name), lambda self, value: setattr(self, name, value)
        )

    Listener.address = attribute("_address")
    Listener.last_accepted = attribute("_last_accepted")


@lie(Listener, "__init__", caught_by=["listeners.backlog.is-passed-on"])
def backlog_is_ignored(original, self, address=None, family=None, backlog=1, authkey=None):
    """The backlog of a listener is always 1."""
    original(self, address, family, 1, authkey)


@lie(listeners, "_family_of", caught_by=["listeners.address.two-backslashes-are-a-pipe"])
def two_backslashes_begin_a_socket_path(original, address):
    """An address that begins with two backslashes is the path of a Unix domain socket."""
    return original(address).replace("AF_PIPE", "AF_UNIX")


@lie(caught_by=["listeners.close.keeps-connections"])
def close_closes_accepted_connections():
    """close() of a listener also closes the connections that it has accepted."""
    accepted = []

    @replace(Listener, "accept")
    def accept_and_note(original, self):
        accepted.append((self, original(self)))
        return accepted[-1][1]

    @replace(Listener, "close")
    def close_all(original, self):
        for listener, conn in accepted:
            if listener is self:
                conn.close()
        original(self)


@lie(
    listeners,
    "_remove_file",
    caught_by=[
        "authkeys.listener.secrecy-ends-clean",
        "listeners.close.by-the-garbage-collector-removes-the-file",
        "listeners.close.ends-clean",
        "listeners.close.frees-the-address",
        "listeners.close.removes-the-file",
        "listeners.dialogue.ends-clean",
        "listeners.listener.families-ends-clean",
        "listeners.listener.refusals-ends-clean",
        "shared-memory.manager.with-ends-clean",
    ],
)
def close_leaves_the_socket_file(path, maker):
    """close() does not remove the file of a Unix domain socket."""


@lie(
    Listener,
    "__init__",
    caught_by=[
        "listeners.address.inet-is-host-and-port",
        "listeners.address.port-is-the-real-one",
        "listeners.client.family-can-be-given",
        "listeners.client.family-from-the-address",
        "listeners.client.nobody-there-raises",
        "listeners.listener.address-is-used",
        "listeners.listener.arguments-by-keyword",
        "listeners.listener.every-interface",
        "listeners.listener.family-from-a-path",
        "listeners.listener.family-from-a-tuple",
        "listeners.listener.family-pipe-raises-elsewhere",
        "listeners.listener.inet-is-available",
        "listeners.listener.taken-address-raises",
        "listeners.listener.unix-by-name",
        "listeners.listener.unknown-family-raises",
    ],
)
def family_without_address_is_ignored(
    original, self, address=None, family=None, backlog=1, authkey=None
):
    """A listener without an address uses a Unix domain socket, whatever the family."""
    original(self, address, family if address is not None else "AF_UNIX", backlog, authkey)


@lie(Listener, "last_accepted", caught_by=["listeners.last-accepted.is-the-clients-address"])
def last_accepted_is_the_listeners_address(self):
    """last_accepted is the address of the listener, not that of the client."""
    return self._last_accepted and self._address


@lie(Listener, "accept", caught_by=["listeners.last-accepted.is-the-clients-address"])
def last_accepted_is_the_first_clients(original, self):
    """last_accepted remains the address of the first client."""
    before = self._last_accepted
    try:
        return original(self)
    finally:
        self._last_accepted = before or self._last_accepted


@lie(Listener, "_private_address", caught_by=["listeners.listener.private-folder"])
def private_folder_is_readable_by_all(original, self):
    """Every user may read the folder in which a listener made its socket."""
    address = original(self)
    if isinstance(address, str):
        os.chmod(os.path.dirname(address), 0o755)
    return address


@lie(connection, "wait", caught_by=["listeners.wait.many-and-high-descriptors"])
def wait_uses_select(object_list, timeout=None):
    """wait() uses select.select(), which refuses descriptors from 1,024 on."""
    return select.select(object_list, [], [], timeout if timeout is None else max(timeout, 0))[0]


@lie(connection, "wait", caught_by=["listeners.wait.outlives-signals"])
def wait_returns_at_a_signal(original, object_list, timeout=None):
    """A signal makes wait() return."""
    if threading.current_thread() is not threading.main_thread():
        return original(object_list, timeout)
    bell, ringer = socket.socketpair()
    ringer.setblocking(False)
    before = signal.set_wakeup_fd(ringer.fileno())
    try:
        ready = original([*object_list, bell], timeout)
    finally:
        signal.set_wakeup_fd(before)
        bell.close()
        ringer.close()
    return [item for item in ready if item is not bell]


@lie(
    connection,
    "wait",
    caught_by=[
        "listeners.wait.closed-connection-raises",
        "listeners.wait.closed-ends-are-ready",
        "listeners.wait.connections",
        "listeners.wait.example-ends-by-eof",
        "listeners.wait.example-works",
        "listeners.wait.for-nothing",
        "listeners.wait.leaves-the-list-alone",
        "listeners.wait.many-and-high-descriptors",
        "listeners.wait.mixes-kinds",
        "listeners.wait.negative-is-zero",
        "listeners.wait.none-waits",
        "listeners.wait.processes-ends-clean",
        "listeners.wait.returns-all-that-are-ready",
        "listeners.wait.returns-the-ready-objects",
        "listeners.wait.sees-messages-of-processes",
        "listeners.wait.sees-the-end-of-a-connection",
        "listeners.wait.sentinels",
        "listeners.wait.sentinels-of-joined-processes",
        "listeners.wait.sockets",
        "listeners.wait.takes-descriptors",
        "listeners.wait.takes-nothing",
        "listeners.wait.timeout-is-an-upper-bound",
    ],
)
def wait_returns_descriptors(original, object_list, timeout=None):
    """wait() returns the descriptors of the objects that are ready, not the objects."""
    ready = original(object_list, timeout)
    if is_asked_by("mpref._manager"):
        return ready
    return [item if isinstance(item, int) else item.fileno() for item in ready]


@lie(
    connection,
    "wait",
    caught_by=[
        "listeners.wait.closed-ends-are-ready",
        "listeners.wait.connections",
        "listeners.wait.many-and-high-descriptors",
        "listeners.wait.mixes-kinds",
        "listeners.wait.negative-is-zero",
        "listeners.wait.returns-all-that-are-ready",
        "listeners.wait.sockets",
        "listeners.wait.takes-descriptors",
    ],
)
def wait_returns_one_object(original, object_list, timeout=None):
    """wait() returns only the first of the objects that are ready."""
    return original(object_list, timeout)[:1]


@lie(connection, "wait", caught_by=["listeners.wait.none-waits"])
def wait_without_timeout_does_not_wait(original, object_list, timeout=None):
    """wait() without a timeout does not wait."""
    if timeout is None and not is_asked_by("mpref._manager"):
        timeout = 0
    return original(object_list, timeout)


@lie(connection, "wait", caught_by=["listeners.wait.negative-is-zero"])
def wait_ignores_the_sign(original, object_list, timeout=None):
    """wait() ignores the sign of its timeout."""
    return original(object_list, timeout if timeout is None else abs(timeout))


@lie(
    connection,
    "wait",
    caught_by=[
        "listeners.wait.closed-ends-are-ready",
        "listeners.wait.connections",
        "listeners.wait.empty-after-the-timeout",
        "listeners.wait.for-reading-only",
        "listeners.wait.handlers-run-meanwhile",
        "listeners.wait.many-and-high-descriptors",
        "listeners.wait.mixes-kinds",
        "listeners.wait.negative-is-zero",
        "listeners.wait.none-waits",
        "listeners.wait.outlives-signals",
        "listeners.wait.returns-the-ready-objects",
        "listeners.wait.sees-messages-of-processes",
        "listeners.wait.sees-the-end-of-a-connection",
        "listeners.wait.sentinels",
        "listeners.wait.takes-descriptors",
        "listeners.wait.takes-nothing",
        "listeners.wait.zero-is-immediate",
    ],
)
def wait_returns_writable_objects(object_list, timeout=None):
    """wait() returns objects that can be written to as well as those that can be read."""
    poll = select.poll()
    fds = [item if isinstance(item, int) else item.fileno() for item in object_list]
    for fd in fds:
        poll.register(fd, select.POLLIN | select.POLLOUT)
    ready = dict(poll.poll(timeout if timeout is None else max(timeout * 1000, 0)))
    return [item for item, fd in zip(object_list, fds, strict=True) if fd in ready]


@lie(
    Listener,
    "__exit__",
    caught_by=[
        "listeners.close.removes-the-file",
        "listeners.with.closes",
        "listeners.with.lets-errors-through",
    ],
)
def with_does_not_close(self, *_):
    """Leaving a `with` block does not close the listener."""
