"""What a manager's server and its clients say to each other.

A client sends hello with the name of its process, and after that requests, one at a time: a command
and its arguments. The answer is a kind and a value:

    value    the result of the request
    proxy    a new shared object: the fields of its Token
    raised   an exception that a method of a shared object has raised
    failed   the traceback, as text, of anything else that went wrong
"""

from __future__ import annotations

import traceback
from typing import Any, NamedTuple

from .._ipc import authentication, listeners
from .._ipc.connections import Connection

VALUE, PROXY, RAISED, FAILED = "value", "proxy", "raised", "failed"

SERIALIZERS = ("pickle", "xmlrpclib")


class RemoteError(Exception):
    """Something went wrong in a manager's process. Its text is the traceback in that process.

    Anchor: multiprocessing.managers.BaseProxy._callmethod
    """

    def __str__(self) -> str:
        line = "-" * 75
        return f"\n{line}\n{self.args[0]}{line}"


class Token(NamedTuple):
    """Says where a shared object is, and which of its methods may be called.

    typeid: the name of its type. address: of the server. ident: its name in the server. exposed:
    the names of the methods.

    Anchor: multiprocessing.managers.BaseProxy
    """

    typeid: str
    address: Any
    ident: str
    exposed: tuple[str, ...]


class ManagerConnection:
    """One connection between a client and a server, in one of the two formats."""

    def __init__(self, end: Connection, serializer: str) -> None:
        self._end = end
        self._pickles = serializer == "pickle"

    @property
    def closed(self) -> bool:
        """Whether close() was called."""
        return self._end.closed

    def send(self, message: tuple[Any, ...]) -> None:
        if self._pickles:
            self._end.send(message)
            return
        from xmlrpc import client  # slow to import, and rarely asked for

        text = client.dumps((list(message),), methodname="mpref", allow_none=True)
        self._end.send_bytes(text.encode())

    def receive(self) -> Any:
        if self._pickles:
            return self._end.recv()
        from xmlrpc import client

        (message,), _ = client.loads(self._end.recv_bytes().decode())
        return message

    def answer(self, kind: str, value: Any) -> None:
        """Send an answer. Where its value can't be sent, send the traceback of that instead."""
        if kind == RAISED and not self._pickles:
            # XML has no exceptions.
            kind, value = FAILED, "".join(traceback.format_exception_only(type(value), value))
        try:
            self.send((kind, value))
        except (BrokenPipeError, ConnectionResetError):
            raise
        except Exception:
            # The value can't be serialized, so nothing was sent.
            self.send((FAILED, traceback.format_exc()))

    def exchange(self, *request: Any) -> tuple[str, Any]:
        """Send a request and return the answer. What it raises comes from the connection."""
        self.send(request)
        kind, value = self.receive()
        return kind, value

    def ask(self, *request: Any) -> Any:
        """Send a request and return its result, as `opened(exchange(...))`."""
        return opened(self.exchange(*request))

    def close(self) -> None:
        self._end.close()


def opened(answer: tuple[str, Any]) -> Any:
    """The result in an answer, which is a Token for a new shared object.

    Raises the exception in the answer, or RemoteError with its traceback.
    """
    kind, value = answer
    if kind == VALUE:
        return value
    if kind == PROXY:
        typeid, address, ident, exposed = value
        # XML has made a list of a tuple.
        address = tuple(address) if isinstance(address, list) else address
        return Token(typeid, address, ident, tuple(exposed))
    if kind == RAISED:
        raise value
    raise RemoteError(value)


def connect(
    address: Any, authkey: bytes, serializer: str, client: str, is_main: bool
) -> ManagerConnection:
    """A connection to a server.

    is_main: whether the server releases what the process of this client holds when it ends.
    """
    connection = ManagerConnection(listeners.Client(address, authkey=bytes(authkey)), serializer)
    try:
        connection.ask("hello", client, is_main)
    except BaseException:
        connection.close()
        raise
    return connection


def authenticate(end: Connection, authkey: bytes, deadline: float | None) -> None:
    """The server's part of the authentication; `deadline` by time.monotonic()."""
    end._channel.deadline = deadline
    authentication.deliver_challenge(end, authkey)
    authentication.answer_challenge(end, authkey)
    end._channel.deadline = None
