"""Listener and Client: connections between processes that are no relatives.

They use the standard library's format over stream sockets, so either end may be a CPython process.
Programs have them from `mpref.connection`.
"""

from __future__ import annotations

import os
import socket
import time
import weakref
from types import TracebackType
from typing import Any, Union

from .. import _events
from ..exceptions import AuthenticationError
from .authentication import answer_challenge, deliver_challenge
from .connections import Connection

__all__ = ["Client", "Listener"]

# How long a peer may take to prove that it knows the key, while accept() can serve nobody else. It
# takes some milliseconds, and on a busy machine as long as the peer waits for a processor.
OPENING_SECONDS = 20.0
# The name of the socket in a listener's private folder.
_SOCKET_NAME = "listener"

Address = Union[str, tuple[str, int], tuple[Any, ...]]


class Listener:
    """A socket that listens for connections.

    address: `(hostname, port)`, or the path of a Unix domain socket; None chooses one, for
    AF_UNIX in a private temporary folder. family: 'AF_INET', 'AF_UNIX', or None to tell it
    from the address. backlog: how many connections may wait to be accepted. authkey: bytes
    that both ends must know, or None for no authentication.

    Raises ValueError for an unknown family, TypeError for a key that isn't bytes, OSError for
    an address that can't be bound.

    Anchor: multiprocessing.connection.Listener
    """

    def __init__(
        self,
        address: Address | None = None,
        family: str | None = None,
        backlog: int = 1,
        authkey: bytes | None = None,
    ) -> None:
        self._socket: socket.socket | None = None
        _check_key(authkey)
        self._authkey = authkey
        self._last_accepted: Any = None
        self._family = family or (_family_of(address) if address is not None else "AF_UNIX")
        number = _number_of(self._family)
        self._cleanup: weakref.finalize | None = None  # type: ignore[type-arg]
        if address is None:
            address = self._private_address()
        end = socket.socket(number, socket.SOCK_STREAM)
        try:
            # The program may have set a default timeout for sockets.
            end.settimeout(None)
            end.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            end.bind(address)
            end.listen(backlog)
            self._address: Any = end.getsockname()
        except BaseException:
            end.close()
            if self._cleanup is not None:
                self._cleanup()
            raise
        if self._cleanup is None and self._is_file():
            self._cleanup = weakref.finalize(self, _remove_file, self._address, os.getpid())
        self._socket = end

    def accept(self) -> Connection:
        """Wait for a connection and return it.

        Raises AuthenticationError when the other end doesn't know the key, or takes longer than
        20 seconds to prove that it does, EOFError when it goes away meanwhile, OSError when the
        listener is closed.

        Anchor: multiprocessing.connection.Listener.accept
        """
        if self._socket is None:
            raise OSError("listener is closed")
        end, address = self._socket.accept()
        self._last_accepted = address or None
        connection = Connection(end.detach())
        if self._authkey is not None:
            try:
                self._open(connection, self._authkey)
            except BaseException:
                connection.close()
                raise
        return connection

    def _open(self, connection: Connection, authkey: bytes) -> None:
        channel = connection._channel
        channel.deadline = time.monotonic() + OPENING_SECONDS
        try:
            deliver_challenge(connection, authkey)
            answer_challenge(connection, authkey)
        except TimeoutError as error:
            raise AuthenticationError(
                f"the other end took longer than {OPENING_SECONDS} seconds to authenticate itself"
            ) from error
        channel.deadline = None

    def close(self) -> None:
        """Close the socket, and remove its file. Closing again does nothing.

        Anchor: multiprocessing.connection.Listener.close
        """
        end, self._socket = self._socket, None
        if end is None:
            return
        end.close()
        if self._cleanup is not None:
            self._cleanup()

    @property
    def address(self) -> Any:
        """The address that the listener uses.

        Anchor: multiprocessing.connection.Listener.address
        """
        return self._address

    @property
    def last_accepted(self) -> Any:
        """The address of the latest accepted connection's other end; None where it has none.

        Anchor: multiprocessing.connection.Listener.last_accepted
        """
        return self._last_accepted

    def __enter__(self) -> Listener:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __del__(self) -> None:
        if getattr(self, "_socket", None) is not None:
            self.close()

    def _private_address(self) -> Address:
        if self._family == "AF_UNIX":
            # Slow to import, and every import of `connection` imports this module.
            import tempfile

            folder = tempfile.mkdtemp(prefix="mpref-")
            self._cleanup = weakref.finalize(self, _remove_folder, folder, os.getpid())
            _events.info("created temp directory %s", folder)
            return os.path.join(folder, _SOCKET_NAME)
        if self._family in ("AF_INET", "AF_INET6"):
            return "localhost", 0
        raise ValueError(f"family {self._family} needs an address")

    def _is_file(self) -> bool:
        # An address of Linux' abstract namespace begins with a null byte.
        path = self._address
        return self._family == "AF_UNIX" and isinstance(path, str) and path[:1] not in ("", "\0")


def Client(address: Address, family: str | None = None, authkey: bytes | None = None) -> Connection:
    """Connect to the listener at `address`.

    family: 'AF_INET', 'AF_UNIX', or None to tell it from the address. authkey: bytes that both
    ends must know, or None for no authentication.

    Raises AuthenticationError when the ends don't know the same key, TypeError for a key that
    isn't bytes, ValueError for an unknown family, OSError when nobody listens.

    Anchor: multiprocessing.connection.Client
    """
    _check_key(authkey)
    end = socket.socket(_number_of(family or _family_of(address)), socket.SOCK_STREAM)
    with end:
        end.settimeout(None)
        end.connect(address)
        connection = Connection(end.detach())
    if authkey is not None:
        try:
            answer_challenge(connection, authkey)
            deliver_challenge(connection, authkey)
        except BaseException:
            connection.close()
            raise
    return connection


def _check_key(authkey: bytes | None) -> None:
    if authkey is not None and not isinstance(authkey, bytes):
        raise TypeError(f"authkey: expected bytes or None, got {type(authkey).__name__}")


def _family_of(address: Any) -> str:
    if isinstance(address, tuple):
        return "AF_INET"
    if isinstance(address, str):
        return "AF_PIPE" if address.startswith("\\\\") else "AF_UNIX"
    kind = TypeError if isinstance(address, (int, float)) else ValueError
    raise kind(
        f"address: expected a tuple (hostname, port) or the path of a socket, got {address!r}"
    )


def _number_of(family: str) -> int:
    number = getattr(socket, family, None) if family.startswith("AF_") else None
    if number is None:
        raise ValueError(f"family: expected 'AF_INET' or 'AF_UNIX' on this system, got {family!r}")
    return int(number)


# A forked child has a copy of the listener, but only the process that made the file removes it.


def _remove_file(path: str, maker: int) -> None:
    if os.getpid() == maker:
        try:
            os.unlink(path)
        except FileNotFoundError:
            pass


def _remove_folder(folder: str, maker: int) -> None:
    if os.getpid() != maker:
        return
    # Only what Listener has put there. Not recursively: a file of somebody else is left alone.
    for remove, path in ((os.unlink, os.path.join(folder, _SOCKET_NAME)), (os.rmdir, folder)):
        try:
            remove(path)
        except OSError:
            pass
