"""`multiprocessing.dummy.connection`: connections between the threads of this process.

An object that is sent is received as it is: it is neither copied nor pickled.

Connection objects are counted, as processes have descriptors of their own. When a connection is
passed on, as an argument of a Process, or through a queue or another connection, the receiver gets
another object: closing the one leaves the other open. The connections that a Process has got as
arguments are closed at its end.
"""

from __future__ import annotations

import errno
import itertools
import os
import pickle
import threading
import weakref
from collections import deque
from types import TracebackType
from typing import Any, NamedTuple

from .._ipc import connections as _connections
from .._ipc.channels import MessageTooLong
from ..connection import answer_challenge, deliver_challenge, wait
from ..exceptions import AuthenticationError, BufferTooShort
from ._signals import Signal

__all__ = [
    "AuthenticationError",
    "BufferTooShort",
    "Client",
    "Connection",
    "Listener",
    "Pipe",
    "answer_challenge",
    "deliver_challenge",
    "wait",
]

# The first port for listeners that ask for any, where the range begins that systems use for that.
_FIRST_PORT = 49152


class Connection(_connections.Connection):
    """One end of a pipe between threads, or of a connection made by Listener and Client.

    channel: what it sends into and receives from. The methods are those of
    `mpref.connection.Connection`. `fileno()` is a descriptor to wait for, with `wait()` or
    `select`, and not one to read from.

    Anchor: multiprocessing.connection.Connection
    """

    _channel: _End

    def __init__(self, channel: _End) -> None:
        self._closed = False
        self._readable = channel.source is not None
        self._writable = channel.sink is not None
        self._channel = channel
        channel.open()

    def send(self, obj: Any) -> None:
        """Send `obj`, for recv() at the other end.

        Raises BrokenPipeError when the other end is closed, OSError when this end is closed or
        can't send.

        Anchor: multiprocessing.connection.Connection.send
        """
        self._check_writable()
        self._channel.put(handed_over(obj))

    def recv(self) -> Any:
        """Wait for an object and return it.

        Raises EOFError when nothing is left and the other end is closed, OSError when this
        end is closed or can't receive.

        Anchor: multiprocessing.connection.Connection.recv
        """
        self._check_readable()
        message = self._channel.take()
        return pickle.loads(message.data) if isinstance(message, _Bytes) else message

    def __del__(self) -> None:
        if hasattr(self, "_channel"):
            self.close()

    def __reduce__(self) -> tuple[Any, ...]:
        raise TypeError("a connection between threads can't be pickled: other processes have none")


def Pipe(duplex: bool = True) -> tuple[Connection, Connection]:
    """Two connected ends; with `duplex` false the first can only receive, the second only send.

    Anchor: multiprocessing.Pipe
    """
    there, back = _OneWay(), _OneWay() if duplex else None
    return Connection(_End(there, back)), Connection(_End(back, there))


class Listener:
    """A place where other threads of this process connect to.

    address: anything that can be a key, as a string or `(hostname, port)`; None, and a port of 0,
    choose one that is free. family: 'AF_INET', 'AF_UNIX' or None, and of no account but for the
    address that is chosen. backlog: is ignored, as any number of connections may wait. authkey:
    bytes that both ends must know, or None for no authentication.

    Raises ValueError for an unknown family, TypeError for a key that isn't bytes, OSError for an
    address where somebody listens already.

    Anchor: multiprocessing.connection.Listener
    """

    def __init__(
        self,
        address: Any = None,
        family: str | None = None,
        backlog: int = 1,
        authkey: bytes | None = None,
    ) -> None:
        self._closed = True
        _check(family, authkey)
        self._authkey = authkey
        self._changed = threading.Condition()
        self._waiting: deque[Connection] = deque()
        with _listening:
            self._address = _chosen(address, family)
            if self._address in _listeners:
                raise OSError(
                    errno.EADDRINUSE, f"{os.strerror(errno.EADDRINUSE)}: {self._address!r}"
                )
            _listeners[self._address] = self
        self._closed = False

    def accept(self) -> Connection:
        """Wait for a connection and return it.

        Raises AuthenticationError when the other end doesn't know the key, EOFError when it goes
        away meanwhile, OSError when the listener is closed.

        Anchor: multiprocessing.connection.Listener.accept
        """
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closed)
            if self._closed:
                raise OSError("listener is closed")
            connection = self._waiting.popleft()
        if self._authkey is not None:
            try:
                deliver_challenge(connection, self._authkey)
                answer_challenge(connection, self._authkey)
            except BaseException:
                connection.close()
                raise
        return connection

    def close(self) -> None:
        """Listen no more; connections that nobody has accepted are closed. Again does nothing.

        Anchor: multiprocessing.connection.Listener.close
        """
        if self._closed:
            return
        with _listening:
            _listeners.pop(self._address, None)
        with self._changed:
            self._closed = True
            refused = list(self._waiting)
            self._waiting.clear()
            self._changed.notify_all()
        for connection in refused:
            connection.close()

    @property
    def address(self) -> Any:
        """The address that the listener uses.

        Anchor: multiprocessing.connection.Listener.address
        """
        return self._address

    @property
    def last_accepted(self) -> None:
        """None: threads have no address.

        Anchor: multiprocessing.connection.Listener.last_accepted
        """
        return None

    def __enter__(self) -> Listener:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _connect(self, connection: Connection) -> bool:
        with self._changed:
            if self._closed:
                return False
            self._waiting.append(connection)
            self._changed.notify()
        return True


def Client(address: Any, family: str | None = None, authkey: bytes | None = None) -> Connection:
    """Connect to the listener at `address` and return the connection.

    family: is of no account. authkey: bytes that both ends must know, or None for no
    authentication.

    Raises AuthenticationError when the other end doesn't know the key, ConnectionRefusedError when
    nobody listens there, ValueError and TypeError as `Listener` does.

    Anchor: multiprocessing.connection.Client
    """
    _check(family, authkey)
    with _listening:
        listener = _listeners.get(address)
    ours, theirs = Pipe()
    if listener is None or not listener._connect(theirs):
        raise ConnectionRefusedError(
            errno.ECONNREFUSED, f"{os.strerror(errno.ECONNREFUSED)}: {address!r}"
        )
    if authkey is not None:
        try:
            answer_challenge(ours, authkey)
            deliver_challenge(ours, authkey)
        except BaseException:
            ours.close()
            raise
    return ours


def handed_over(obj: Any) -> Any:
    """What another thread gets for `obj`: itself, but for a connection, of which each has one."""
    if isinstance(obj, Connection) and not obj.closed:
        return Connection(obj._channel.twin())
    return obj


# --- below ---------------------------------------------------------------------------------------


class _Bytes(NamedTuple):
    """A message of send_bytes()."""

    data: bytes


class _OneWay:
    """Messages in one direction, and how many hold an end of it."""

    def __init__(self) -> None:
        # Reentrant, as Connection.__del__ may be called in the middle of any of these methods.
        self.changed = threading.Condition(threading.RLock())
        self.messages: deque[Any] = deque()
        self.readers = 0
        self.writers = 0
        self.readable = Signal()

    def put(self, message: Any) -> None:
        with self.changed:
            if not self.readers:
                raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))
            self.messages.append(message)
            self.readable.set()
            # All: whoever only polls would otherwise wake up in place of one that receives.
            self.changed.notify_all()

    def take(self) -> Any:
        with self.changed:
            while not self.messages:
                if not self.readers:
                    raise OSError("the connection was closed while it was receiving")
                if not self.writers:
                    raise EOFError
                self.changed.wait()
            message = self.messages.popleft()
            if not self.messages and self.writers:
                self.readable.clear()
            return message

    def ready(self, timeout: float | None) -> bool:
        if timeout is not None:
            timeout = min(max(timeout, 0), threading.TIMEOUT_MAX)
        with self.changed:
            return self.changed.wait_for(lambda: bool(self.messages) or not self.writers, timeout)

    def open(self, readers: int, writers: int) -> None:
        with self.changed:
            self.readers += readers
            self.writers += writers

    def close(self, readers: int, writers: int) -> None:
        with self.changed:
            self.readers -= readers
            self.writers -= writers
            if not self.readers:
                self.messages.clear()
            if not self.writers:
                self.readable.set()
            self.changed.notify_all()


class _End:
    """The channel of a Connection: what can be read from it, and what can be written to it."""

    def __init__(self, source: _OneWay | None, sink: _OneWay | None) -> None:
        self.source = source
        self.sink = sink
        self._never = Signal()

    def open(self) -> None:
        if self.source is not None:
            self.source.open(1, 0)
        if self.sink is not None:
            self.sink.open(0, 1)

    def close(self) -> None:
        if self.source is not None:
            self.source.close(1, 0)
        if self.sink is not None:
            self.sink.close(0, 1)

    def twin(self) -> _End:
        return _End(self.source, self.sink)

    def put(self, message: Any) -> None:
        assert self.sink is not None
        self.sink.put(message)

    def take(self) -> Any:
        assert self.source is not None
        return self.source.take()

    # What the methods of Connection that are not overridden call.

    def send(self, data: Any) -> None:
        self.put(_Bytes(bytes(data)))

    def receive(self, maxlength: int | None = None) -> tuple[bytes, list[int]]:
        message = self.take()
        data = message.data if isinstance(message, _Bytes) else pickle.dumps(message)
        if maxlength is not None and len(data) > maxlength:
            raise MessageTooLong(len(data), maxlength)
        return data, []

    def ready(self, timeout: float | None) -> bool:
        assert self.source is not None
        return self.source.ready(timeout)

    def fileno(self) -> int:
        return (self._never if self.source is None else self.source.readable).fileno()


_listening = threading.Lock()
# Weakly: nobody can connect to a listener that nobody can ask to accept.
_listeners: weakref.WeakValueDictionary[Any, Listener] = weakref.WeakValueDictionary()
_numbers = itertools.count()


def _chosen(address: Any, family: str | None) -> Any:
    if address is None:
        if family == "AF_INET":
            return _chosen(("localhost", 0), family)
        return f"mpref.dummy-{next(_numbers)}"
    if isinstance(address, tuple) and len(address) > 1 and address[1] == 0:
        while True:
            chosen = (address[0], _FIRST_PORT + next(_numbers), *address[2:])
            if chosen not in _listeners:
                return chosen
    return address


def _check(family: str | None, authkey: bytes | None) -> None:
    if family not in (None, "AF_INET", "AF_UNIX"):
        raise ValueError(f"family: expected 'AF_INET', 'AF_UNIX' or None, got {family!r}")
    if authkey is not None and not isinstance(authkey, bytes):
        raise TypeError(f"authkey: expected bytes or None, got {type(authkey).__name__}")
