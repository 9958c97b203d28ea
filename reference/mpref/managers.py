"""The documentation's chapter "Managers"."""

from __future__ import annotations

import array
import os
import queue
import signal
import threading
import weakref
from collections.abc import Iterable, Mapping, Sequence
from types import TracebackType
from typing import Any, Callable

from . import _events, shared_memory
from ._facade import present
from ._ipc.connections import Connection, Pipe
from ._managers import links, protocol, proxies
from ._managers.protocol import RemoteError, Token
from ._managers.proxies import BaseProxy
from ._managers.server import Registered, Server
from ._start import at_exit
from ._start.processes import default_class
from .pool import Pool
from .process import AuthenticationString, current_process

__all__ = [
    "BaseManager",
    "BaseProxy",
    "Namespace",
    "RemoteError",
    "SharedMemoryManager",
    "SyncManager",
    "Token",
]


present(__name__, BaseProxy, RemoteError, Server, Token)


class Namespace:
    """An object with writable attributes and no public methods.

    kwds: the first attributes.

    Anchor: multiprocessing.managers.Namespace
    """

    def __init__(self, /, **kwds: Any) -> None:
        self.__dict__.update(kwds)

    def __repr__(self) -> str:
        shown = [f"{k}={v!r}" for k, v in sorted(vars(self).items()) if not k.startswith("_")]
        return f"{type(self).__name__}({', '.join(shown)})"


class BaseManager:
    """Controls a server process that has shared objects.

    address: of the server; None chooses one. authkey: bytes that clients have to know; None: this
    process' key. serializer: 'pickle' or 'xmlrpclib'. ctx: the context that starts the process;
    None: of the start method in use. shutdown_timeout: how many seconds shutdown() waits for the
    process, and again after it has terminated it.

    Raises TypeError for a key that isn't bytes, ValueError for another serializer.

    Anchor: multiprocessing.managers.BaseManager
    """

    _registry: Mapping[str, Registered] = {}
    _Server: type[Server] = Server

    def __init__(
        self,
        address: Any = None,
        authkey: bytes | None = None,
        serializer: str = "pickle",
        ctx: Any = None,
        *,
        shutdown_timeout: float = 1.0,
    ) -> None:
        if authkey is None:
            authkey = current_process().authkey
        elif not isinstance(authkey, bytes):
            raise TypeError(f"authkey: expected bytes or None, got {type(authkey).__name__}")
        if serializer not in protocol.SERIALIZERS:
            expected = " or ".join(map(repr, protocol.SERIALIZERS))
            raise ValueError(f"serializer: expected {expected}, got {serializer!r}")
        self._address = address
        self._authkey = AuthenticationString(authkey)
        self._serializer = serializer
        self._process_class = default_class() if ctx is None else ctx.Process
        self._make_pipe = Pipe if ctx is None else ctx.Pipe
        self._shutdown_timeout = shutdown_timeout
        self._process: Any = None
        self._end: weakref.finalize[Any, Any] | None = None
        self._is_connected = False

    @property
    def address(self) -> Any:
        """Where the server listens.

        Anchor: multiprocessing.managers.BaseManager.address
        """
        return self._address

    def start(
        self,
        initializer: Callable[..., object] | None = None,
        initargs: Iterable[Any] = (),
    ) -> None:
        """Start the server process, which first calls `initializer(*initargs)`.

        Raises TypeError for an initializer that can't be called, RuntimeError when the server was
        started or connected before, EOFError when it ends before it serves.

        Anchor: multiprocessing.managers.BaseManager.start
        """
        self._check_fresh()
        if initializer is not None and not callable(initializer):
            raise TypeError(f"initializer: expected a callable, got {initializer!r}")
        reader, writer = self._make_pipe(duplex=False)
        arguments = (self._registry, self._address, bytes(self._authkey), self._serializer)
        process = self._process_class(
            target=_run_server,
            args=(self._Server, arguments, writer, initializer, tuple(initargs)),
        )
        process.name = f"{type(self).__name__}-{process.name.rpartition('-')[2]}"
        with reader:
            with writer:
                process.start()
            try:
                self._address = reader.recv()
            except EOFError:
                process.join()
                raise EOFError(
                    f"the server of the manager ended before it served, with exit code "
                    f"{process.exitcode}; its traceback stands on its stderr"
                ) from None
        self._process = process
        self._is_connected = True
        self._end = weakref.finalize(
            self, _shut_down, process, self._address, bytes(self._authkey), self._serializer,
            self._shutdown_timeout, os.getpid(),
        )  # fmt: skip
        self._end.atexit = False
        exit_callback = at_exit.before_children(self._end)
        weakref.finalize(self, exit_callback.cancel).atexit = False

    def get_server(self) -> Server:
        """A server that serves in this process, when its `serve_forever()` is called.

        Raises RuntimeError when the server was started or connected before.

        Anchor: multiprocessing.managers.BaseManager.get_server
        """
        self._check_fresh()
        return self._Server(self._registry, self._address, self._authkey, self._serializer)

    def connect(self) -> None:
        """Connect to the server at `address`, which another process has started.

        Raises AuthenticationError for a wrong key, OSError when nobody listens, RuntimeError when
        the manager has no address.

        Anchor: multiprocessing.managers.BaseManager.connect
        """
        self._link()
        self._is_connected = True

    def shutdown(self) -> None:
        """Stop the server process. A second call does nothing.

        Raises RuntimeError when start() was not called.

        Anchor: multiprocessing.managers.BaseManager.shutdown
        """
        if self._end is None:
            raise RuntimeError("shutdown() is there for a server that start() has started")
        self._end()

    def join(self, timeout: float | None = None) -> None:
        """Wait until the server process has ended.

        timeout: how many seconds to wait at most; None: without limit. Does nothing when start()
        was not called.

        Anchor: multiprocessing.managers.BaseManager
        """
        if self._process is not None:
            self._process.join(timeout)

    @classmethod
    def register(
        cls,
        typeid: str,
        callable: Callable[..., Any] | None = None,
        proxytype: type[BaseProxy] | None = None,
        exposed: Sequence[str] | None = None,
        method_to_typeid: Mapping[str, str] | None = None,
        create_method: bool = True,
    ) -> None:
        """Make a type of shared objects known to this class of managers.

        typeid: its name. callable: a function that makes an object, in the server. proxytype: the
        class of proxies; None: one with the exposed methods. exposed: the names of the methods that
        may be called; None: those of the proxytype, or all public ones. method_to_typeid: the
        methods whose results get proxies, each with the type identifier of its result.
        create_method: whether managers get a method called `typeid`.

        Raises TypeError for a typeid that is no string.

        Anchor: multiprocessing.managers.BaseManager.register
        """
        if not isinstance(typeid, str):
            raise TypeError(f"typeid: expected a str, got {type(typeid).__name__}")
        if exposed is None:
            exposed = getattr(proxytype, "_exposed_", None)
        if method_to_typeid is None:
            method_to_typeid = getattr(proxytype, "_method_to_typeid_", None) or {}
        registered = Registered(
            callable, None if exposed is None else tuple(exposed), dict(method_to_typeid), proxytype
        )
        # A class has the types of its bases. Its bases don't get the types of the class.
        cls._registry = {**cls._registry, typeid: registered}
        if create_method:
            setattr(cls, typeid, _creator(typeid))

    def __enter__(self) -> Any:
        if not self._is_connected:
            self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.shutdown()

    def _create(self, typeid: str, args: tuple[Any, ...], kwds: dict[str, Any]) -> Any:
        link = self._link()
        token = link.ask("create", typeid, args, kwds)
        return proxies.make_proxy(token, link, self)

    def _link(self) -> Any:
        if self._address is None or (self._end is not None and not self._end.alive):
            raise RuntimeError("the manager is not running: expected start() or connect() first")
        return links.link_to(self._address, self._authkey, self._serializer)

    def _check_fresh(self) -> None:
        if self._is_connected:
            raise RuntimeError("the server of this manager was started or connected before")


_CREATOR_TEXT = """A proxy for a new shared object of the type {typeid!r}, which the server makes.

args, kwds: are passed on to the callable that was registered for the type.

Raises RuntimeError when the manager isn't running, RemoteError when the object can't be made.

Anchor: multiprocessing.managers.BaseManager.register
"""


def _creator(typeid: str) -> Callable[..., Any]:
    def create(self: BaseManager, /, *args: Any, **kwds: Any) -> Any:
        return self._create(typeid, args, kwds)

    create.__name__ = typeid
    create.__doc__ = _CREATOR_TEXT.format(typeid=typeid)
    return create


def _run_server(
    kind: type[Server],
    arguments: tuple[Any, ...],
    writer: Connection,
    initializer: Callable[..., object] | None,
    initargs: tuple[Any, ...],
) -> None:
    # Ctrl-C is for the program. The server ends with that.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if initializer is not None:
        initializer(*initargs)
    server = kind(*arguments)
    signal.signal(signal.SIGTERM, lambda *_: server.stop())
    _events.info("manager serving at %r", server.address)
    with writer:
        writer.send(server.address)
    server.serve_forever()


def _shut_down(
    process: Any, address: Any, authkey: bytes, serializer: str, timeout: float, maker: int
) -> None:
    if os.getpid() != maker:
        return
    _events.info("sending shutdown message to manager")
    try:
        connection = protocol.connect(address, authkey, serializer, os.urandom(16).hex(), False)
        try:
            connection.ask("stop")
        finally:
            connection.close()
    except (EOFError, OSError, protocol.RemoteError):
        # The server has ended already, or does not answer any more.
        pass
    process.join(timeout)
    for insist in (process.terminate, process.kill):
        if process.exitcode is None:
            insist()
            process.join(timeout)
    links.unlink(address)


class SyncManager(BaseManager):
    """A manager of queues, locks and other objects by which threads synchronize, and of containers.

    address, authkey, serializer, ctx, shutdown_timeout: those of `BaseManager`. Raises what that
    raises.

    Anchor: multiprocessing.managers.SyncManager
    """


class _Value:
    def __init__(self, typecode: str, value: Any) -> None:
        self._typecode = typecode
        self.value = value

    def get(self) -> Any:
        return self.value

    def set(self, value: Any) -> None:
        self.value = value

    def __repr__(self) -> str:
        return f"{type(self).__name__[1:]}({self._typecode!r}, {self.value!r})"


def _condition(lock: Any = None) -> threading.Condition:
    return threading.Condition(proxies.referent_of(lock))


_register = SyncManager.register
_register("Queue", queue.Queue)
_register("JoinableQueue", queue.Queue)
_register("Event", threading.Event, proxies.EventProxy)
_register("Lock", threading.Lock, proxies.AcquirerProxy)
_register("RLock", threading.RLock, proxies.AcquirerProxy)
_register("Semaphore", threading.Semaphore, proxies.AcquirerProxy)
_register("BoundedSemaphore", threading.BoundedSemaphore, proxies.AcquirerProxy)
_register("Condition", _condition, proxies.ConditionProxy)
_register("Barrier", threading.Barrier, proxies.BarrierProxy)
_register("Pool", Pool, proxies.PoolProxy)
_register("list", list, proxies.ListProxy)
_register("dict", dict, proxies.DictProxy)
_register("set", set, proxies.SetProxy)
_register("Value", _Value, proxies.ValueProxy)
_register("Array", array.array, proxies.ArrayProxy)
_register("Namespace", Namespace, proxies.NamespaceProxy)
_register("Iterator", None, proxies.IteratorProxy, create_method=False)
_register("AsyncResult", None, create_method=False)


class _SharedMemoryServer(Server):
    """A server that makes blocks of shared memory, and unlinks them at its end."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._names: dict[str, None] = {}
        self._commands.update(block=self._block, list=self._list)

    def release(self) -> None:
        for name in self._names:
            try:
                block = shared_memory.SharedMemory(name)
            except FileNotFoundError:
                # Somebody else has unlinked the block.
                continue
            block.close()
            block.unlink()
        self._names.clear()

    def _block(self, client: str, size: int) -> tuple[str, Any]:
        return self._made(shared_memory.SharedMemory(create=True, size=size))

    def _list(self, client: str, sequence: Sequence[Any]) -> tuple[str, Any]:
        return self._made(shared_memory.ShareableList(sequence).shm)

    def _made(self, block: Any) -> tuple[str, Any]:
        self._names[block.name] = None
        block.close()
        return protocol.VALUE, block.name


class SharedMemoryManager(BaseManager):
    """A manager of shared memory: the blocks that it makes are unlinked when it is shut down.

    address, authkey, serializer, ctx, shutdown_timeout: those of `BaseManager`.

    Anchor: multiprocessing.managers.SharedMemoryManager
    """

    _Server = _SharedMemoryServer

    def SharedMemory(self, size: int) -> shared_memory.SharedMemory:
        """A new block of at least `size` bytes.

        Raises ValueError for a size below 1.

        Anchor: multiprocessing.managers.SharedMemoryManager.SharedMemory
        """
        if size <= 0:
            raise ValueError(f"size: expected at least 1, got {size}")
        return shared_memory.SharedMemory(self._link().ask("block", size))

    def ShareableList(self, sequence: Iterable[Any]) -> shared_memory.ShareableList:
        """A new list with the values of `sequence`.

        Raises RemoteError for values that such a list does not take.

        Anchor: multiprocessing.managers.SharedMemoryManager.ShareableList
        """
        return shared_memory.ShareableList(name=self._link().ask("list", list(sequence)))
