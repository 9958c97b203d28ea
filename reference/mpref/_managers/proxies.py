"""Proxies of shared objects, and what a process has of the servers behind them."""

from __future__ import annotations

import functools
import os
import threading
import weakref
from collections import deque
from typing import (
    TYPE_CHECKING,
    Any,
    Callable,
    Deque,
    Dict,
    List,
    Mapping,
    Optional,
    Sequence,
    Tuple,
)

from .._ipc import reduction as _reduction
from .._os import weak as _weak
from ..process import current_process
from . import protocol as _manager_wire
from .protocol import Talk, Token

if TYPE_CHECKING:
    from ..managers import BaseManager
    from .server import Server

# --- what a process has of a server --------------------------------------------------------------


class Link:
    """The connections of this process to one server: a main one, and one for each thread."""

    def __init__(self, address: Any, authkey: bytes, serializer: str) -> None:
        self.authkey = bytes(authkey)
        self.serializer = serializer
        self._address = address
        self._client = os.urandom(16).hex()
        self._main = self._connect(is_main=True)
        self._busy = threading.Lock()
        self._dropped: Deque[str] = deque()
        self._local = threading.local()

    def ask(self, *request: Any) -> Any:
        """Over the connection of this thread, since a call may take as long as it likes."""
        talk: Optional[Talk] = getattr(self._local, "talk", None)
        if talk is None or talk.connection.closed:
            talk = self._local.talk = self._connect(is_main=False)
        try:
            answer = talk.exchange(*request)
        except (EOFError, OSError, KeyboardInterrupt):
            # What it says next might be the answer to this.
            talk.close()
            raise
        return _manager_wire.opened(answer)

    def drop(self, ident: str) -> None:
        """Give back a shared object. Finalizers do so, in the middle of anything."""
        self._dropped.append(ident)
        while self._dropped and self._busy.acquire(False):
            try:
                while self._dropped:
                    self._main.ask("drop", self._dropped.popleft())
            except (EOFError, OSError):
                # The server is gone, and all that it had.
                self._dropped.clear()
            finally:
                self._busy.release()

    def close(self) -> None:
        self._main.close()
        talk: Optional[Talk] = getattr(self._local, "talk", None)
        if talk is not None:
            talk.close()

    def _connect(self, is_main: bool) -> Talk:
        return _manager_wire.connect(
            self._address, self.authkey, self.serializer, self._client, is_main
        )


class _Inside:
    """In the server's own process its proxies need no connection."""

    serializer = "pickle"

    def __init__(self, server: Server) -> None:
        self.server = server
        self.authkey = server._authkey
        self._client = os.urandom(16).hex()
        server.begin(self._client)

    def ask(self, *request: Any) -> Any:
        return self.server.ask(self._client, *request)

    def drop(self, ident: str) -> None:
        self.server.ask(self._client, "drop", ident)

    def close(self) -> None:
        """There is nothing to close."""


_links: Dict[Any, Any] = {}
_gate = threading.RLock()
_server: Optional[Server] = None


def link_to(address: Any, authkey: Optional[bytes], serializer: str) -> Any:
    """This process's link, made when it is first asked for."""
    with _gate:
        link = _links.get(address)
        if link is None:
            key = current_process().authkey if authkey is None else authkey
            link = _links[address] = Link(address, key, serializer)
        return link


def unlink(address: Any) -> None:
    """The server is shut down."""
    with _gate:
        link = _links.pop(address, None)
    if link is not None:
        link.close()


def become_server(server: Server) -> None:
    """This process is the server's own from now on."""
    global _server
    _server = server
    with _gate:
        _links[server.address] = _Inside(server)


# --- proxies -------------------------------------------------------------------------------------


class BaseProxy:
    """Refers to a shared object, which lives in a manager's process.

    token: where it is. serializer: 'pickle' or 'xmlrpclib'. manager: whose proxy it is, kept alive
    by it. authkey: bytes, or None for this process's own. incref: whether the server has to be told
    that this process holds the object.

    Anchor: multiprocessing.managers.BaseProxy
    """

    _exposed_: Optional[Tuple[str, ...]] = None
    _method_to_typeid_: Mapping[str, str] = {}

    def __init__(
        self,
        token: Token,
        serializer: str,
        manager: Optional[BaseManager] = None,
        authkey: Optional[bytes] = None,
        incref: bool = True,
    ) -> None:
        link = link_to(token.address, authkey, serializer)
        self._token = token
        self._serializer = serializer
        self._manager = manager
        if incref:
            link.ask("keep", token.ident)
        self._finalizer = weakref.finalize(self, _drop, token, os.getpid())
        # At the end of the process its main connection ends, and all that it holds with it.
        self._finalizer.atexit = False
        _living.add(self)

    def _callmethod(
        self, methodname: str, args: Sequence[Any] = (), kwds: Optional[Mapping[str, Any]] = None
    ) -> Any:
        """Call a method of the referent and return a copy of its result, or a proxy for it.

        Raises what the method raises, RemoteError for whatever else goes wrong over there, and
        when `methodname` is not exposed.

        Anchor: multiprocessing.managers.BaseProxy._callmethod
        """
        link = self._link()
        result = link.ask("call", self._token.ident, methodname, tuple(args), dict(kwds or {}))
        if not isinstance(result, Token):
            return result
        return make_proxy(result, link, self._manager)

    def _getvalue(self) -> Any:
        """A copy of the referent. Raises RemoteError when it can't be pickled.

        Anchor: multiprocessing.managers.BaseProxy._getvalue
        """
        return self._link().ask("value", self._token.ident)

    def _link(self) -> Any:
        return link_to(self._token.address, None, self._serializer)

    def __repr__(self) -> str:
        name, typeid = type(self).__name__, self._token.typeid
        return f"<{name} object, typeid {typeid!r} at {id(self):#x}>"

    def __str__(self) -> str:
        try:
            return str(self._link().ask("repr", self._token.ident))
        except Exception:
            return repr(self)[:-1] + "; '__str__()' failed>"

    def __deepcopy__(self, memo: Any) -> Any:
        return self._getvalue()

    def __reduce__(self) -> Tuple[Any, ...]:
        link = self._link()
        # A child that is being started may have a key of its own.
        key = link.authkey if _reduction.spawning() is not None else None
        kind = None if isinstance(self, AutoProxy) else type(self)
        return _rebuild, (kind, tuple(self._token), self._serializer, key)


class AutoProxy(BaseProxy):
    """A proxy whose methods are those that are exposed."""

    def __repr__(self) -> str:
        typeid = self._token.typeid
        return f"<AutoProxy[{typeid}] object, typeid {typeid!r} at {id(self):#x}>"


@functools.lru_cache(maxsize=None)
def _auto(exposed: Tuple[str, ...]) -> Any:
    return type("AutoProxy", (AutoProxy,), {name: _method(name) for name in exposed})


def make_proxy(token: Token, link: Any, manager: Optional[BaseManager] = None) -> Any:
    """The proxy for a shared object that was just made, and is held for it."""
    registered = manager._registry.get(token.typeid) if manager is not None else None
    kind = (registered and registered.proxytype) or _auto(token.exposed)
    return kind(token, link.serializer, manager=manager, authkey=link.authkey, incref=False)


def MakeProxyType(name: str, exposed: Sequence[str]) -> Any:
    """A class of proxies with the methods of these names."""
    methods: Dict[str, Any] = {each: _method(each) for each in exposed}
    return type(name, (BaseProxy,), {**methods, "_exposed_": tuple(exposed)})


def _method(name: str) -> Callable[..., Any]:
    def method(self: BaseProxy, /, *args: Any, **kwds: Any) -> Any:
        return self._callmethod(name, args, kwds)

    method.__name__ = name
    return method


def referent_of(obj: Any) -> Any:
    """In the server: the object itself where a proxy for one of its own is given."""
    if isinstance(obj, BaseProxy) and _server is not None:
        return _server.referent_of(obj._token)
    return obj


def _rebuild(kind: Any, token: Any, serializer: str, authkey: Optional[bytes]) -> Any:
    found = Token(*token)
    return (kind or _auto(found.exposed))(found, serializer, authkey=authkey)


def _drop(token: Token, maker: int) -> None:
    # Not asked for in vain: with the link everything is gone that was held.
    link = _links.get(token.address)
    if link is not None and os.getpid() == maker:
        link.drop(token.ident)


_living: weakref.WeakSet[BaseProxy] = weakref.WeakSet()


def _after_fork_in_child() -> None:
    global _gate
    _gate = threading.RLock()
    links = dict(_links)
    _links.clear()
    for link in links.values():
        link.close()
    for proxy in _weak.living(_living):
        _keep_in_copy(proxy, links)


def _keep_in_copy(proxy: BaseProxy, links: Mapping[Any, Any]) -> None:
    # The copy holds the object for itself, as the original may drop it.
    proxy._finalizer.detach()
    token, known = proxy._token, links.get(proxy._token.address)
    if known is None or isinstance(known, _Inside):
        return
    try:
        link = link_to(token.address, known.authkey, known.serializer)
        link.ask("keep", token.ident)
    except Exception:
        # The server is gone, or the object: whoever uses the proxy is told.
        return
    proxy._finalizer = weakref.finalize(proxy, _drop, token, os.getpid())
    proxy._finalizer.atexit = False


os.register_at_fork(after_in_child=_after_fork_in_child)

# --- proxies of well-known types -----------------------------------------------------------------

_DICT = (
    "__contains__", "__delitem__", "__getitem__", "__iter__", "__len__", "__or__", "__ror__",
    "__setitem__", "clear", "copy", "get", "items", "keys", "pop", "popitem", "setdefault",
    "update", "values",
)  # fmt: skip
_LIST = (
    "__add__", "__contains__", "__delitem__", "__getitem__", "__len__", "__mul__", "__rmul__",
    "__setitem__", "append", "clear", "copy", "count", "extend", "index", "insert", "pop",
    "remove", "reverse", "sort",
)  # fmt: skip
_SET = (
    "__and__", "__contains__", "__iter__", "__len__", "__or__", "__sub__", "__xor__", "add",
    "clear", "copy", "difference", "difference_update", "discard", "intersection",
    "intersection_update", "isdisjoint", "issubset", "issuperset", "pop", "remove",
    "symmetric_difference", "symmetric_difference_update", "union", "update",
)  # fmt: skip
_LOCK = ("acquire", "release", "locked")
_CONDITION = ("acquire", "release", "wait", "notify", "notify_all")


class DictProxy(MakeProxyType("DictProxy", _DICT)):  # type: ignore[misc]
    """Of a dict."""

    def __ior__(self, other: Any) -> DictProxy:
        self._callmethod("update", (other,))
        return self


class ListProxy(MakeProxyType("ListProxy", _LIST)):  # type: ignore[misc]
    """Of a list."""

    def __iadd__(self, other: Any) -> ListProxy:
        self._callmethod("extend", (other,))
        return self

    def __imul__(self, count: int) -> ListProxy:
        self._callmethod("__setitem__", (slice(None), self._callmethod("__mul__", (count,))))
        return self

    def __reversed__(self) -> Any:
        return reversed(self._getvalue())


SetProxy = MakeProxyType("SetProxy", _SET)
ArrayProxy = MakeProxyType("ArrayProxy", ("__len__", "__getitem__", "__setitem__"))


class _Acquired:
    def __enter__(self) -> Any:
        return self.acquire()  # type: ignore[attr-defined]

    def __exit__(self, *_: object) -> None:
        self.release()  # type: ignore[attr-defined]


class AcquirerProxy(_Acquired, MakeProxyType("AcquirerProxy", _LOCK)):  # type: ignore[misc]
    """Of a lock or a semaphore."""


class ConditionProxy(_Acquired, MakeProxyType("ConditionProxy", _CONDITION)):  # type: ignore[misc]
    """Of a threading.Condition."""

    def wait_for(self, predicate: Callable[[], Any], timeout: Optional[float] = None) -> Any:
        """Wait until `predicate()`, which is called here, is true; its last value.

        Anchor: multiprocessing.managers.SyncManager.Condition
        """
        import time

        until = None if timeout is None else time.monotonic() + timeout
        while True:
            value = predicate()
            left = None if until is None else until - time.monotonic()
            if value or (left is not None and left <= 0):
                return value
            self.wait(left)


EventProxy = MakeProxyType("EventProxy", ("is_set", "set", "clear", "wait"))

_ATTRIBUTES = ("__getattribute__", "__setattr__", "__delattr__")


class BarrierProxy(MakeProxyType("BarrierProxy", ("wait", "abort", "reset"))):  # type: ignore[misc]
    """Of a threading.Barrier."""

    _exposed_ = ("__getattribute__", "wait", "abort", "reset")

    @property
    def parties(self) -> Any:
        return self._callmethod("__getattribute__", ("parties",))

    @property
    def n_waiting(self) -> Any:
        return self._callmethod("__getattribute__", ("n_waiting",))

    @property
    def broken(self) -> Any:
        return self._callmethod("__getattribute__", ("broken",))


class NamespaceProxy(BaseProxy):
    """Of a Namespace: attributes are the referent's but for those with an underscore.

    Anchor: multiprocessing.managers.Namespace
    """

    _exposed_ = _ATTRIBUTES

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        return self._callmethod("__getattribute__", (name,))

    def __setattr__(self, name: str, value: Any) -> None:
        if name.startswith("_"):
            object.__setattr__(self, name, value)
        else:
            self._callmethod("__setattr__", (name, value))

    def __delattr__(self, name: str) -> None:
        if name.startswith("_"):
            object.__delattr__(self, name)
        else:
            self._callmethod("__delattr__", (name,))


class ValueProxy(MakeProxyType("ValueProxy", ("get", "set"))):  # type: ignore[misc]
    """Of an object with a value."""

    @property
    def value(self) -> Any:
        return self.get()

    @value.setter
    def value(self, value: Any) -> None:
        self.set(value)


_POOL: List[str] = [
    "apply", "apply_async", "close", "imap", "imap_unordered", "join", "map", "map_async",
    "starmap", "starmap_async", "terminate",
]  # fmt: skip


class PoolProxy(MakeProxyType("PoolProxy", _POOL)):  # type: ignore[misc]
    """Of a pool."""

    _method_to_typeid_: Mapping[str, str] = {
        **dict.fromkeys(("apply_async", "map_async", "starmap_async"), "AsyncResult"),
        **dict.fromkeys(("imap", "imap_unordered"), "Iterator"),
    }

    def __enter__(self) -> PoolProxy:
        return self

    def __exit__(self, *_: object) -> None:
        self.terminate()


class IteratorProxy(BaseProxy):
    """Of an iterator."""

    _exposed_ = ("__next__", "send", "throw", "close")

    def __iter__(self) -> IteratorProxy:
        return self

    def __next__(self, *args: Any) -> Any:
        return self._callmethod("__next__", args)

    def send(self, *args: Any) -> Any:
        return self._callmethod("send", args)

    def throw(self, *args: Any) -> Any:
        return self._callmethod("throw", args)

    def close(self, *args: Any) -> Any:
        return self._callmethod("close", args)
