"""How a process reaches a manager's server: by connections, or as it is that server itself."""

from __future__ import annotations

import os
import threading
from collections import deque
from typing import Any, Protocol

from ..process import current_process
from . import protocol
from .protocol import ManagerConnection, Token

__all__ = ["Link", "become_server", "existing", "link_to", "own_server", "start_over", "unlink"]


class Link(Protocol):
    """How proxies reach the server."""

    authkey: bytes
    serializer: str
    # Whether the server is this process itself.
    is_local: bool

    def ask(self, *request: Any) -> Any:
        """Do a request and return its result. Raises what the request raises."""

    def drop(self, ident: str) -> None:
        """Release a shared object. Finalizers call this, in the middle of anything."""

    def close(self) -> None:
        """End the connections."""


class LocalServer(Protocol):
    """A server as the process sees it in which it runs."""

    _authkey: bytes

    @property
    def address(self) -> Any:
        """Where it listens."""

    def ask(self, client: str, command: str, *args: Any) -> Any:
        """Do a request of `client`."""

    def begin(self, client: str) -> None:
        """Register the process `client`, which may hold shared objects."""

    def referent_of(self, token: Token) -> Any:
        """The shared object itself."""


class _RemoteLink:
    """The connections of this process to one server: a main one, and one for each thread."""

    is_local = False

    def __init__(self, address: Any, authkey: bytes, serializer: str) -> None:
        self.authkey = bytes(authkey)
        self.serializer = serializer
        self._address = address
        self._client = os.urandom(16).hex()
        self._main = self._connect(is_main=True)
        self._busy = threading.Lock()
        self._dropped: deque[str] = deque()
        self._local = threading.local()

    def ask(self, *request: Any) -> Any:
        # Each thread has a connection of its own, since a call may take as long as it likes.
        connection: ManagerConnection | None = getattr(self._local, "connection", None)
        if connection is None or connection.closed:
            connection = self._local.connection = self._connect(is_main=False)
        try:
            answer = connection.exchange(*request)
        except (EOFError, OSError, KeyboardInterrupt):
            # The next message on this connection could be the answer to this request.
            connection.close()
            raise
        return protocol.opened(answer)

    def drop(self, ident: str) -> None:
        self._dropped.append(ident)
        while self._dropped and self._busy.acquire(False):
            try:
                while self._dropped:
                    self._main.ask("drop", self._dropped.popleft())
            except (EOFError, OSError):
                # The server does not exist any more, nor do its objects.
                self._dropped.clear()
            finally:
                self._busy.release()

    def close(self) -> None:
        self._main.close()
        connection: ManagerConnection | None = getattr(self._local, "connection", None)
        if connection is not None:
            connection.close()

    def _connect(self, is_main: bool) -> ManagerConnection:
        return protocol.connect(self._address, self.authkey, self.serializer, self._client, is_main)


class _LocalLink:
    """The link of proxies in the server's own process, which need no connection."""

    serializer = "pickle"
    is_local = True

    def __init__(self, server: LocalServer) -> None:
        self.authkey = server._authkey
        self._server = server
        self._client = os.urandom(16).hex()
        server.begin(self._client)

    def ask(self, *request: Any) -> Any:
        return self._server.ask(self._client, *request)

    def drop(self, ident: str) -> None:
        self._server.ask(self._client, "drop", ident)

    def close(self) -> None:
        """There is nothing to close."""


_links: dict[Any, Link] = {}
_lock = threading.RLock()
_server: LocalServer | None = None


def link_to(address: Any, authkey: bytes | None, serializer: str) -> Link:
    """This process's link to the server at `address`, made when it is first asked for."""
    with _lock:
        link = _links.get(address)
        if link is None:
            key = current_process().authkey if authkey is None else authkey
            link = _links[address] = _RemoteLink(address, key, serializer)
        return link


def existing(address: Any) -> Link | None:
    """The link to the server at `address`, or None when there is none."""
    return _links.get(address)


def unlink(address: Any) -> None:
    """Close the link to a server that is shut down."""
    with _lock:
        link = _links.pop(address, None)
    if link is not None:
        link.close()


def become_server(server: LocalServer) -> None:
    """Have the proxies in this process reach `server` without a connection."""
    global _server
    _server = server
    with _lock:
        _links[server.address] = _LocalLink(server)


def own_server() -> LocalServer | None:
    """The server that runs in this process, or None."""
    return _server


def start_over() -> dict[Any, Link]:
    """In a forked child: close the original's links, and say which they were."""
    global _lock
    _lock = threading.RLock()
    former = dict(_links)
    _links.clear()
    for link in former.values():
        link.close()
    return former
