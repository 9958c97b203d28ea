"""Connection objects: the two ends of a pipe, and waiting for several of them at a time."""

from __future__ import annotations

import errno
import operator
import os
import select
from collections.abc import Iterable
from types import TracebackType
from typing import Any, Union

from .._os import descriptors
from ..exceptions import BufferTooShort
from . import channels, messages, one_way, payloads, reduction

__all__ = ["Connection", "Pipe", "wait"]

_Channel = Union[channels.PacketChannel, channels.StreamChannel, one_way.Reader, one_way.Writer]

# Anything bytes-like: Python 3.9 has no type for that.
_Bytes = Any


def wait(object_list: Iterable[Any], timeout: float | None = None) -> list[Any]:
    """Wait until an object of `object_list` is ready, and return those that are, in their order.

    An object is a readable Connection, a connected socket, the sentinel of a Process, or any
    descriptor or object with a `fileno()`. It is ready when data can be read from it or when its
    other end is closed. `timeout` is in seconds: None waits without limit, a negative one counts
    as zero. When it expires the list is empty. A signal does not end the waiting early.
    Raises OSError (EBADF) for a descriptor that is not open.

    Anchor: multiprocessing.connection.wait
    """
    objects = list(object_list)
    fds = [item if isinstance(item, int) else item.fileno() for item in objects]
    poll = select.poll()
    for fd in fds:
        poll.register(fd, select.POLLIN)
    found = dict(descriptors.poll_until(poll, timeout))
    invalid = [fd for fd, event in found.items() if event & select.POLLNVAL]
    if invalid:
        raise OSError(errno.EBADF, f"{os.strerror(errno.EBADF)}: {invalid[0]}")
    return [item for item, fd in zip(objects, fds) if fd in found]


class Connection:
    """One end of a pipe, or of a connection made by Listener and Client.

    handle: a file descriptor, which the connection owns from now on. readable, writable: in
    which directions it may be used.

    Raises ValueError for a negative handle, or when it is neither readable nor writable, TypeError
    for a handle that is no int, OSError for a descriptor that is not open.

    Anchor: multiprocessing.connection.Connection
    """

    # Any of the kinds in _Channel; _readable and _writable say which of its methods may be used.
    _channel: Any

    def __init__(self, handle: int, readable: bool = True, writable: bool = True) -> None:
        handle = operator.index(handle)
        if handle < 0:
            raise ValueError(f"handle: expected a file descriptor, got {handle}")
        if not readable and not writable:
            raise ValueError("expected a connection to be readable, writable or both, not neither")
        self._closed = False
        self._readable = readable
        self._writable = writable
        self._channel = channels.open_channel(handle)

    @classmethod
    def _over(cls, channel: _Channel, readable: bool, writable: bool) -> Connection:
        self = cls.__new__(cls)
        self._closed = False
        self._readable = readable
        self._writable = writable
        self._channel = channel
        return self

    @property
    def closed(self) -> bool:
        """Whether close() was called.

        Anchor: multiprocessing.connection.Connection
        """
        return self._closed

    @property
    def readable(self) -> bool:
        """Whether this end can receive.

        Anchor: multiprocessing.connection.Connection
        """
        return self._readable

    @property
    def writable(self) -> bool:
        """Whether this end can send.

        Anchor: multiprocessing.connection.Connection
        """
        return self._writable

    def fileno(self) -> int:
        """The file descriptor. Raises OSError when this end is closed.

        Anchor: multiprocessing.connection.Connection.fileno
        """
        self._check_open()
        return int(self._channel.fileno())

    def close(self) -> None:
        """Close this end. Closing again does nothing.

        Anchor: multiprocessing.connection.Connection.close
        """
        if not self._closed:
            self._closed = True
            self._channel.close()

    def send(self, obj: Any) -> None:
        """Send `obj`, for recv() at the other end; it has to be picklable.

        Raises what pickling it raises, BrokenPipeError when the other end is closed, OSError when
        this end is closed or can't send.

        Anchor: multiprocessing.connection.Connection.send
        """
        self._check_writable()
        pack = messages.pack_apart if self._channel.carries_buffers else messages.pack
        self._channel.send(*pack(obj))

    def recv(self) -> Any:
        """Wait for an object and return it.

        Raises EOFError when nothing is left and the other end is closed, OSError when this
        end is closed or can't receive, and what unpickling the object raises.

        Anchor: multiprocessing.connection.Connection.recv
        """
        self._check_readable()
        return messages.unpack(*self._channel.receive())

    def poll(self, timeout: float | None = 0.0) -> bool:
        """Whether there is something to receive, or the other end is closed.

        timeout: how many seconds to wait for that at most; None: without limit. Raises OSError when
        this end is closed or can't receive.

        Anchor: multiprocessing.connection.Connection.poll
        """
        self._check_readable()
        return bool(self._channel.ready(timeout))

    def send_bytes(self, buf: _Bytes, offset: int = 0, size: int | None = None) -> None:
        """Send bytes of `buf`, a bytes-like object, as one message.

        offset: the first byte to be sent. size: how many bytes; None: all from `offset` on.

        Raises ValueError for a range outside of `buf`, TypeError for what isn't bytes-like,
        BrokenPipeError when the other end is closed, OSError when this end is closed or can't send.

        Anchor: multiprocessing.connection.Connection.send_bytes
        """
        self._check_writable()
        view = _flat(buf)
        if offset < 0:
            raise ValueError(f"offset: expected at least 0, got {offset}")
        if offset > len(view):
            raise ValueError(f"offset: expected at most the length {len(view)}, got {offset}")
        if size is None:
            size = len(view) - offset
        elif size < 0:
            raise ValueError(f"size: expected at least 0, got {size}")
        elif offset + size > len(view):
            raise ValueError(
                f"size: expected at most the {len(view) - offset} bytes after the offset, "
                f"got {size}"
            )
        whole = size == len(view)
        self._channel.send(view if whole else view[offset : offset + size])

    def recv_bytes(self, maxlength: int | None = None) -> bytes:
        """Wait for a message of bytes and return it.

        maxlength: how many bytes it may have; None: any number. A longer message raises OSError,
        and this end can't be read any more.

        Raises EOFError when nothing is left and the other end is closed, ValueError for a negative
        maxlength, OSError when this end is closed or can't receive.

        Anchor: multiprocessing.connection.Connection.recv_bytes
        """
        self._check_readable()
        if maxlength is not None and maxlength < 0:
            raise ValueError(f"maxlength: expected at least 0, got {maxlength}")
        return bytes(self._receive_bytes(maxlength))

    def recv_bytes_into(self, buf: _Bytes, offset: int = 0) -> int:
        """Wait for a message and write it into `buf` from byte `offset` on; returns its length.

        Raises EOFError when nothing is left and the other end is closed, BufferTooShort, with
        the message as its args[0], when the buffer is too short, ValueError for an offset
        outside of it, TypeError for a buffer that isn't writable, OSError when this end is closed
        or can't receive.

        Anchor: multiprocessing.connection.Connection.recv_bytes_into
        """
        self._check_readable()
        with memoryview(buf) as whole, whole.cast("B") as view:
            if view.readonly:
                raise TypeError(f"expected a writable buffer, got {type(buf).__name__}")
            if offset < 0:
                raise ValueError(f"offset: expected at least 0, got {offset}")
            if offset > len(view):
                raise ValueError(f"offset: expected less than {len(view)}, got {offset}")
            payload = self._receive_bytes(None)
            length = len(payload)
            if length > len(view) - offset:
                raise BufferTooShort(bytes(payload))
            view[offset : offset + length] = payload
            return length

    def _receive_bytes(self, maxlength: int | None) -> payloads.Buffer:
        try:
            message: channels.Message = self._channel.receive(maxlength=maxlength)
        except channels.MessageTooLong:
            # The rest of this message would be taken for the next one.
            if self._writable:
                self._readable = False
            else:
                self.close()
            raise
        # The other end may have used send(), for an object with descriptors or buffers.
        payload, fds = message
        if isinstance(payload, payloads.OutOfBandPickle):
            return reduction.dumps(messages.unpack(payload, fds))
        descriptors.close_all(fds)
        return payload

    def _check_open(self) -> None:
        if self._closed:
            raise OSError("the connection is closed: expected an open one")

    def _check_readable(self) -> None:
        if self._closed or not self._readable:
            self._check_open()
            raise OSError("the connection is write-only: it can't receive")

    def _check_writable(self) -> None:
        if self._closed or not self._writable:
            self._check_open()
            raise OSError("the connection is read-only: it can't send")

    def __enter__(self) -> Connection:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __reduce__(self) -> tuple[Any, ...]:
        self._check_open()
        return _rebuild, (
            type(self._channel),
            [reduction.DupFd(fd) for fd in self._channel.descriptors()],
            self._readable,
            self._writable,
        )


def Pipe(duplex: bool = True) -> tuple[Connection, Connection]:
    """Two connected ends.

    duplex: whether both can send and receive; with False the first can only receive, the second
    only send. Raises OSError when no descriptors are left.

    Anchor: multiprocessing.Pipe
    """
    if duplex:
        first, second = channels.pair()
        return Connection._over(first, True, True), Connection._over(second, True, True)
    reader, writer = one_way.pair()
    return Connection._over(reader, True, False), Connection._over(writer, False, True)


def _rebuild(
    kind: type[_Channel], fds: list[reduction.DupFd], readable: bool, writable: bool
) -> Connection:
    return Connection._over(kind(*[fd.detach() for fd in fds]), readable, writable)


def _flat(buffer: _Bytes) -> memoryview:
    view = memoryview(buffer)
    if view.format == "B" and view.ndim == 1 and view.c_contiguous:
        # Not cast: PyPy copies a slice of a cast view byte by byte, 33 MiB in 15 seconds.
        return view
    return view.cast("B") if view.c_contiguous else memoryview(view.tobytes())
