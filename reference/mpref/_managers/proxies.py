"""Proxies of shared objects."""

from __future__ import annotations

import functools
import os
import time
import weakref
from collections.abc import Mapping, Sequence
from typing import Any, Callable, Protocol

from .._ipc import reduction
from .._os import weak
from . import links
from .links import Link
from .protocol import Token


class Registered(Protocol):
    """What a proxy has to know of a type identifier that a manager has registered."""

    @property
    def proxytype(self) -> Any:
        """The class of its proxies, or None."""


class Manager(Protocol):
    """What a proxy has to know of its manager."""

    @property
    def _registry(self) -> Mapping[str, Registered]:
        """Its type identifiers."""


class BaseProxy:
    """Refers to a shared object, which is in a manager's process.

    token: says where the object is. serializer: 'pickle' or 'xmlrpclib'. manager: the manager,
    which is kept alive, or None. authkey: bytes, or None for this process' own key. incref: whether
    to tell the server that this process holds the object.

    Raises RemoteError when there is no such object any more, AuthenticationError for a wrong key,
    OSError when the server can't be reached.

    Anchor: multiprocessing.managers.BaseProxy
    """

    _exposed_: tuple[str, ...] | None = None
    _method_to_typeid_: Mapping[str, str] = {}

    def __init__(
        self,
        token: Token,
        serializer: str,
        manager: Manager | None = None,
        authkey: bytes | None = None,
        incref: bool = True,
    ) -> None:
        link = links.link_to(token.address, authkey, serializer)
        self._token = token
        self._serializer = serializer
        self._manager = manager
        if incref:
            link.ask("keep", token.ident)
        self._finalizer = weakref.finalize(self, _drop, token, os.getpid())
        # Not at the end of the process: its main connection ends then, and the server releases all
        # that it held.
        self._finalizer.atexit = False
        _living.add(self)

    def _callmethod(
        self, methodname: str, args: Sequence[Any] = (), kwds: Mapping[str, Any] | None = None
    ) -> Any:
        """Call a method of the referent and return a copy of its result, or a proxy for it.

        methodname: its name. args, kwds: its arguments.

        Raises what the method raises, and RemoteError for whatever else goes wrong in the server's
        process, or when `methodname` is not exposed.

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
        return links.link_to(self._token.address, None, self._serializer)

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

    def __reduce__(self) -> tuple[Any, ...]:
        link = self._link()
        # A child that is being started may have another authentication key.
        key = link.authkey if reduction.spawning() is not None else None
        kind = None if isinstance(self, AutoProxy) else type(self)
        return _rebuild, (kind, tuple(self._token), self._serializer, key)


class AutoProxy(BaseProxy):
    """A proxy that has the exposed methods of its referent."""

    def __repr__(self) -> str:
        typeid = self._token.typeid
        return f"<AutoProxy[{typeid}] object, typeid {typeid!r} at {id(self):#x}>"


@functools.cache
def _auto(exposed: tuple[str, ...]) -> Any:
    return type("AutoProxy", (AutoProxy,), {name: _method(name) for name in exposed})


def make_proxy(token: Token, link: Any, manager: Manager | None = None) -> Any:
    """The proxy for a new shared object, which the server has counted for this process already."""
    registered = manager._registry.get(token.typeid) if manager is not None else None
    kind = (registered and registered.proxytype) or _auto(token.exposed)
    return kind(token, link.serializer, manager=manager, authkey=link.authkey, incref=False)


def MakeProxyType(name: str, exposed: Sequence[str]) -> Any:
    """A class of proxies with the methods of these names."""
    methods: dict[str, Any] = {each: _method(each) for each in exposed}
    return type(name, (BaseProxy,), {**methods, "_exposed_": tuple(exposed)})


def _method(name: str) -> Callable[..., Any]:
    def method(self: BaseProxy, /, *args: Any, **kwds: Any) -> Any:
        return self._callmethod(name, args, kwds)

    method.__name__ = name
    return method


def referent_of(obj: Any) -> Any:
    """`obj`, or, in the server, the shared object to which the proxy `obj` refers."""
    server = links.own_server()
    if isinstance(obj, BaseProxy) and server is not None:
        return server.referent_of(obj._token)
    return obj


def _rebuild(kind: Any, token: Any, serializer: str, authkey: bytes | None) -> Any:
    found = Token(*token)
    return (kind or _auto(found.exposed))(found, serializer, authkey=authkey)


def _drop(token: Token, maker: int) -> None:
    # No link: the server has already released what this process held.
    link = links.existing(token.address)
    if link is not None and os.getpid() == maker:
        link.drop(token.ident)


_living: weakref.WeakSet[BaseProxy] = weakref.WeakSet()


def _after_fork_in_child() -> None:
    former = links.start_over()
    for proxy in weak.living(_living):
        _keep_in_copy(proxy, former)


def _keep_in_copy(proxy: BaseProxy, former: Mapping[Any, Link]) -> None:
    # The server has to count the copy, too, as the original may release the object.
    proxy._finalizer.detach()
    token, known = proxy._token, former.get(proxy._token.address)
    if known is None or known.is_local:
        return
    try:
        link = links.link_to(token.address, known.authkey, known.serializer)
        link.ask("keep", token.ident)
    except Exception:
        # The server or the object does not exist any more. Using the proxy raises then.
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
    """The proxy of a dict."""

    def __ior__(self, other: Any) -> DictProxy:
        self._callmethod("update", (other,))
        return self


class ListProxy(MakeProxyType("ListProxy", _LIST)):  # type: ignore[misc]
    """The proxy of a list."""

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
    """The proxy of a lock or a semaphore."""


class ConditionProxy(_Acquired, MakeProxyType("ConditionProxy", _CONDITION)):  # type: ignore[misc]
    """The proxy of a threading.Condition."""

    def wait_for(self, predicate: Callable[[], Any], timeout: float | None = None) -> Any:
        """Wait until `predicate()` is true, and return its last value.

        predicate: a function without arguments, which is called in this process. timeout: how many
        seconds to wait at most; None: without limit.

        Anchor: multiprocessing.managers.SyncManager.Condition
        """
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
    """The proxy of a threading.Barrier."""

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
    """The proxy of a Namespace. Attributes without an underscore are those of the referent.

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
    """The proxy of an object with a value."""

    @property
    def value(self) -> Any:
        return self.get()

    @value.setter
    def value(self, value: Any) -> None:
        self.set(value)


_POOL: list[str] = [
    "apply", "apply_async", "close", "imap", "imap_unordered", "join", "map", "map_async",
    "starmap", "starmap_async", "terminate",
]  # fmt: skip


class PoolProxy(MakeProxyType("PoolProxy", _POOL)):  # type: ignore[misc]
    """The proxy of a pool."""

    _method_to_typeid_: Mapping[str, str] = {
        **dict.fromkeys(("apply_async", "map_async", "starmap_async"), "AsyncResult"),
        **dict.fromkeys(("imap", "imap_unordered"), "Iterator"),
    }

    def __enter__(self) -> PoolProxy:
        return self

    def __exit__(self, *_: object) -> None:
        self.terminate()


class IteratorProxy(BaseProxy):
    """The proxy of an iterator."""

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
