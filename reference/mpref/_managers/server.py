"""The server of a manager: the shared objects, and a thread for each connection of a client.

The server counts which process holds which object. Each client process has a *main* connection, for
as long as it lives: when that ends, also as the process was killed, the server releases all objects
that the process held.
"""

from __future__ import annotations

import itertools
import os
import socket
import threading
import time
import traceback
from collections import Counter
from collections.abc import Mapping
from typing import Any, Callable, NamedTuple

from .._ipc import listeners
from .._ipc.connections import Connection, Pipe, wait
from ..process import parent_process
from . import links, protocol
from .protocol import FAILED, PROXY, RAISED, VALUE, ManagerConnection, Token

# How many connections may wait to be accepted. Each thread of each client makes one.
_BACKLOG = 128
# Seconds until a server that could not accept tries again. Clients expect longer delays anyway.
_PATIENCE = 0.05


class Registered(NamedTuple):
    """A type identifier, as `BaseManager.register()` was told of it."""

    callable: Callable[..., Any] | None
    exposed: tuple[str, ...] | None
    method_to_typeid: Mapping[str, str]
    proxytype: Any


class _Shared(NamedTuple):
    referent: Any
    exposed: frozenset[str]
    method_to_typeid: Mapping[str, str]


class Server:
    """Serves the shared objects of a manager, from `BaseManager.get_server()`.

    Anchor: multiprocessing.managers.BaseManager.get_server
    """

    def __init__(
        self, registry: Mapping[str, Registered], address: Any, authkey: bytes, serializer: str
    ) -> None:
        self._registry = dict(registry)
        self._authkey = bytes(authkey)
        self._serializer = serializer
        # A name in Linux' abstract namespace, so that a killed server leaves no file.
        chosen = "\0mpref-" + os.urandom(16).hex() if address is None else address
        # Without the key, which the thread of each connection demands: so a stranger that connects
        # and sends nothing keeps nobody else waiting.
        self._listener = listeners.Listener(chosen, backlog=_BACKLOG)
        self._address = chosen if address is None else self._listener.address
        self._numbers = itertools.count(1)
        # Reentrant, as a proxy in this process may be collected meanwhile, and then releases its
        # object.
        self._lock = threading.RLock()
        self._shared: dict[str, _Shared] = {}
        self._held: dict[str, Counter[str]] = {}
        self._stopped, self._stop_writer = Pipe(duplex=False)
        self._commands: dict[str, Callable[..., tuple[str, Any]]] = {
            "create": self._create,
            "call": self._call,
            "value": self._value,
            "repr": self._repr,
            "keep": self._keep,
            "drop": self._drop,
            "stop": self._stop,
        }

    @property
    def address(self) -> Any:
        """Where it listens.

        Anchor: multiprocessing.managers.BaseManager.get_server
        """
        return self._address

    def serve_forever(self) -> None:
        """Serve until a client shuts the manager down, or the process that started it ends.

        Raises nothing: what goes wrong in a request is sent to the client.

        Anchor: multiprocessing.managers.BaseManager.get_server
        """
        links.become_server(self)
        assert self._listener._socket is not None
        watched: list[Any] = [self._listener._socket, self._stopped]
        parent = parent_process()
        if parent is not None:
            watched.append(parent.sentinel)
        try:
            while wait(watched) == [self._listener._socket]:
                try:
                    self._accept(self._listener._socket)
                except (OSError, RuntimeError):
                    # No descriptors or threads are left at the moment. Go on serving the others.
                    traceback.print_exc()
                    time.sleep(_PATIENCE)
        finally:
            self._listener.close()
            self.release()

    def stop(self) -> None:
        """End `serve_forever()`; a signal handler may call it."""
        self._stop_writer.send_bytes(b"")

    def release(self) -> None:
        """Called at the end of serving."""

    def ask(self, client: str, command: str, *args: Any) -> Any:
        """A request of a proxy in this process, which needs no connection."""
        return protocol.opened(self._commands[command](client, *args))

    def begin(self, client: str) -> None:
        """Register the process `client`, which may hold shared objects."""
        with self._lock:
            self._held[client] = Counter()

    def end(self, client: str) -> None:
        """Release all that the process `client` held, as it has ended."""
        with self._lock:
            held = self._held.pop(client)
            dropped = [self._let_go(ident) for ident in held]
        del dropped

    def _accept(self, listening: socket.socket) -> None:
        accepted, _ = listening.accept()
        end = Connection(accepted.detach())
        try:
            threading.Thread(target=self._welcome, args=(end,), daemon=True).start()
        except BaseException:
            end.close()
            raise

    def _welcome(self, end: Connection) -> None:
        with end:
            try:
                deadline = time.monotonic() + listeners.OPENING_SECONDS
                protocol.authenticate(end, self._authkey, deadline)
                connection = ManagerConnection(end, self._serializer)
                command, client, is_main = connection.receive()
                if command != "hello":
                    return
                if is_main:
                    self.begin(client)
            except Exception:
                # No client of ours. It has got an answer that says so, or has gone.
                return
            try:
                connection.answer(VALUE, None)
                self._serve(connection, client)
            except OSError:
                # The client has gone without waiting for its answer.
                pass
            finally:
                if is_main:
                    self.end(client)

    def _serve(self, connection: ManagerConnection, client: str) -> None:
        while True:
            try:
                command, *args = connection.receive()
            except (EOFError, OSError):
                return
            except Exception:
                # The message was complete, but can't be unpickled in this process.
                connection.answer(FAILED, traceback.format_exc())
                continue
            try:
                kind, value = self._commands[command](client, *args)
            except Exception:
                kind, value = FAILED, traceback.format_exc()
            connection.answer(kind, value)
            # Otherwise these would be kept until the next request.
            command = args = value = None

    # The commands of clients. Each returns the kind and the value of its answer.

    def _create(
        self, client: str, typeid: str, args: Any, kwds: Mapping[str, Any]
    ) -> tuple[str, Any]:
        registered = self._registry[typeid]
        if registered.callable is None:
            if kwds or len(args) != 1:
                raise ValueError(
                    f"{typeid!r} has no callable here: expected the object alone, got "
                    f"{len(args)} arguments"
                )
            referent = args[0]
        else:
            referent = registered.callable(*args, **kwds)
        return PROXY, tuple(self._share(client, typeid, referent))

    def _share(self, client: str, typeid: str, referent: Any) -> Token:
        registered = self._registry[typeid]
        exposed = registered.exposed
        if exposed is None:
            exposed = tuple(public_methods(referent))
        methods = dict(registered.method_to_typeid)
        ident = str(next(self._numbers))
        with self._lock:
            self._shared[ident] = _Shared(referent, frozenset((*exposed, *methods)), methods)
            self._keep(client, ident)
        return Token(typeid, self.address, ident, tuple(exposed))

    def _call(
        self, client: str, ident: str, method: str, args: Any, kwds: Mapping[str, Any]
    ) -> tuple[str, Any]:
        shared = self._find(ident)
        if method not in shared.exposed:
            raise AttributeError(
                f"method {method!r} of {type(shared.referent).__name__} is not exposed; exposed "
                f"are {', '.join(sorted(shared.exposed))}"
            )
        try:
            result = getattr(shared.referent, method)(*args, **kwds)
        except Exception as error:
            return RAISED, error
        if method in shared.method_to_typeid:
            return PROXY, tuple(self._share(client, shared.method_to_typeid[method], result))
        return VALUE, list(result) if isinstance(result, _VIEWS) else result

    def _value(self, client: str, ident: str) -> tuple[str, Any]:
        return VALUE, self._find(ident).referent

    def _repr(self, client: str, ident: str) -> tuple[str, Any]:
        return VALUE, repr(self._find(ident).referent)

    def _keep(self, client: str, ident: str) -> tuple[str, Any]:
        with self._lock:
            self._find(ident)
            # A process that has ended meanwhile can't hold an object; what nobody holds is
            # released.
            if client in self._held:
                self._held[client][ident] += 1
            else:
                self._let_go(ident)
        return VALUE, None

    def _drop(self, client: str, ident: str) -> tuple[str, Any]:
        dropped = None
        with self._lock:
            held = self._held.get(client, Counter())
            held[ident] -= 1
            if held[ident] <= 0:
                del held[ident]
                dropped = self._let_go(ident)
        # Without the lock: deleting the object may take long, or release other objects.
        del dropped
        return VALUE, None

    def _stop(self, client: str) -> tuple[str, Any]:
        self.stop()
        return VALUE, None

    def _let_go(self, ident: str) -> _Shared | None:
        if any(ident in held for held in self._held.values()):
            return None
        return self._shared.pop(ident, None)

    def _find(self, ident: str) -> _Shared:
        try:
            return self._shared[ident]
        except KeyError:
            raise LookupError(
                "the shared object is gone: all proxies were dropped before this one was received"
            ) from None

    def referent_of(self, token: Token) -> Any:
        """The shared object itself, for objects that are made of others."""
        return self._find(token.ident).referent


_VIEWS: tuple[type[Any], ...] = (type({}.keys()), type({}.values()), type({}.items()))


def public_methods(referent: Any) -> list[str]:
    """The names of all methods that don't begin with an underscore."""
    names = (name for name in dir(referent) if not name.startswith("_"))
    return [name for name in names if callable(getattr(referent, name, None))]
