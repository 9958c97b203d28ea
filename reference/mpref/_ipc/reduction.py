"""Pickling for processes: what plain pickle refuses, and file descriptors.

The number of a descriptor means nothing in another process, so a `DupFd` is pickled in its place.
When that is pickled, it puts the descriptor on a list, which is sent along with the bytes
(SCM_RIGHTS); the bytes contain the index in that list.

    with collecting_fds() as fds:            # sender
        data = dumps(obj)
    ... send data, and fds along with it ...

    with providing_fds(received):            # receiver
        obj = loads(data)

`dumps` outside of `collecting_fds()` refuses descriptors, as nobody would send them. While a child
is being started (`spawning()`), objects may be pickled that only a child may have, and that can't
be sent through a queue: locks, shared memory, the authentication key.
"""

from __future__ import annotations

import copyreg
import io
import os
import pickle
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Callable, TypeVar

__all__ = [
    "DupFd",
    "ProcessPickler",
    "assert_spawning",
    "collecting_fds",
    "dumps",
    "dumps_apart",
    "loads",
    "providing_fds",
    "register",
    "spawning",
    "starting",
]

T = TypeVar("T")


class _State(threading.local):
    child: object | None = None
    collected: list[int] | None = None
    provided: list[int] | None = None


_state = _State()


class _Table(dict[type, Callable[[Any], Any]]):
    # Looked up for every instance that is pickled. A dict that asks the other one for what it does
    # not have is faster than a ChainMap.
    def __missing__(self, cls: type) -> Callable[[Any], Any]:
        return copyreg.dispatch_table[cls]


_reducers = _Table()


class ProcessPickler(pickle.Pickler):
    """A pickler that knows the types of `register`."""

    dispatch_table = _reducers


def register(cls: type[T], reduce: Callable[[T], Any]) -> None:
    """Pickle instances of exactly `cls` by `reduce`, which returns what `__reduce__` would."""
    _reducers[cls] = reduce


def dumps(obj: object, protocol: int | None = None) -> bytes:
    """Pickle `obj` with the registered types."""
    buffer = io.BytesIO()
    ProcessPickler(buffer, protocol).dump(obj)
    return buffer.getvalue()


def dumps_apart(obj: object, least: int) -> tuple[bytes, list[memoryview]]:
    """Pickle `obj` without its buffers of at least `least` bytes, and return these apart.

    Only objects that offer buffers to protocol 5 have any, as NumPy's arrays do.
    """
    buffers: list[memoryview] = []

    def belongs_in_the_pickle(buffer: pickle.PickleBuffer) -> bool:
        view = buffer.raw()
        if len(view) < least:
            return True
        buffers.append(view)
        return False

    file = io.BytesIO()
    ProcessPickler(file, 5, buffer_callback=belongs_in_the_pickle).dump(obj)
    return file.getvalue(), buffers


loads = pickle.loads


@contextmanager
def starting(child: object) -> Iterator[None]:
    """While open, this thread starts `child`: objects that only children get may be pickled."""
    before, _state.child = _state.child, child
    try:
        yield
    finally:
        _state.child = before


def spawning() -> object | None:
    """The process object that this thread is starting, or None."""
    return _state.child


def assert_spawning(obj: object) -> None:
    """Raise RuntimeError unless `obj` is being pickled as part of starting a child."""
    if _state.child is None:
        raise RuntimeError(
            f"{type(obj).__name__} objects can't be sent to a running process: "
            "pass them to the child when it is made, as arguments of Process"
        )


class collecting_fds:  # noqa: N801 (called like a function)
    """While open, the descriptors of what `dumps` pickles in this thread go into the list it gives.

    They still belong to the pickled objects: send them before these are closed.
    """

    # Opened for every message: as a generator it took a third of the time of packing a small one
    # (3.0 us instead of 1.9, on CPython 3.11).

    __slots__ = ("_before",)

    _before: list[int] | None

    def __enter__(self) -> list[int]:
        fds: list[int] = []
        self._before, _state.collected = _state.collected, fds
        return fds

    def __exit__(self, *error: object) -> None:
        _state.collected = self._before


@contextmanager
def providing_fds(fds: list[int]) -> Iterator[None]:
    """While open, `loads` in this thread takes descriptors from `fds`.

    The list owns them: those that no object has taken are closed at the end.
    """
    before, _state.provided = _state.provided, fds
    try:
        yield
    finally:
        _state.provided = before
        for place, fd in enumerate(fds):
            if fd >= 0:
                fds[place] = -1
                os.close(fd)


class DupFd:
    """A file descriptor that can be pickled, for a receiver to whom it is sent along.

    `DupFd(fd)` is an argument in what `__reduce__` returns. The receiver calls `detach()`, and owns
    the descriptor that this returns.
    """

    def __init__(self, fd: int) -> None:
        self._fd = fd

    def detach(self) -> int:
        """A new descriptor for the same open file, which the caller owns."""
        return os.dup(self._fd)

    def __reduce__(self) -> Any:
        collected = _state.collected
        if collected is None:
            raise RuntimeError(
                "a file descriptor can only be handed over while a process is started, "
                "or through a channel that carries descriptors: pass the object that holds it "
                "as an argument of Process"
            )
        collected.append(self._fd)
        return _ReceivedFd, (len(collected) - 1,)


class _ReceivedFd:
    """What a `DupFd` is at the receiver."""

    def __init__(self, place: int) -> None:
        provided = _state.provided
        if provided is None or place >= len(provided) or provided[place] < 0:
            raise RuntimeError(
                "this pickle refers to a file descriptor that did not come along; "
                "it can be loaded only once, by the process it was sent to"
            )
        self._fd = provided[place]
        provided[place] = -1

    def detach(self) -> int:
        """The descriptor, which from now on belongs to the caller."""
        fd, self._fd = self._fd, -1
        if fd < 0:
            raise ValueError("the file descriptor has been taken already")
        return fd

    def __del__(self) -> None:
        fd, self._fd = getattr(self, "_fd", -1), -1
        if fd >= 0:
            os.close(fd)


def _rebuild_socket(received: DupFd, family: int, kind: int, proto: int) -> socket.socket:
    return socket.socket(family, kind, proto, fileno=received.detach())


def _reduce_socket(sock: socket.socket) -> Any:
    return _rebuild_socket, (DupFd(sock.fileno()), sock.family, sock.type, sock.proto)


register(socket.socket, _reduce_socket)
