"""Bytes to messages: the two kinds of channel under a Connection.

`PacketChannel` is one end of `pair()`, a `SOCK_SEQPACKET` socket. One message is one datagram,
which the kernel keeps whole, for any number of readers and writers. So nobody holds a lock around a
read or a write, and a process that is killed at any instant leaves no half message behind. The
first byte of a datagram says where the payload is; it also distinguishes an empty message from the
end of the channel:

    0  the payload follows
    1  the payload is the whole content of a sealed memfd, whose descriptor is the last of those
       that came with the message; what follows is ballast (see `_ballast`)
    2  as 1, and the payload is an `OutOfBandPickle`

`StreamChannel` is everything else: sockets of Listener and Client, and any descriptor that a
program gives to Connection. Its format is the standard library's, learnt from the bytes that it
writes: the length in 4 bytes, big-endian and signed, then the payload. From 2 GiB on these 4 bytes
are -1, and the length follows in 8 bytes.

Both send descriptors along with a message, where the socket can.
"""

from __future__ import annotations

import array
import errno
import io
import os
import socket
import struct
import time
from collections.abc import Sequence
from typing import Any, Callable

from .._os import descriptors
from . import payloads
from .payloads import Buffer, OutOfBandPickle, Payload

Message = tuple[Payload, list[int]]

# A payload of up to this many bytes is in the datagram, a longer one in a memfd. The datagram is
# faster at all lengths up to 1 MiB: within one process, sending and receiving took a tenth of the
# time (64 KiB: 13 us and 150, 512 KiB: 76 us and 1,000), as the kernel has to make the pages of a
# memfd. But every receive allocates as much as the longest datagram has, and from 128 KiB on the C
# library gets that from the system each time. And by Linux's default limit a socket has room for
# four datagrams of 64 KiB.
INLINE_BYTES = 64 * 1024
# With this a socket holds some 10,000 small messages unread, instead of 280. The system reduces it
# to what it allows (net.core.wmem_max), and then fewer fit.
SEND_BUFFER = 4 * 1024 * 1024
# SCM_MAX_FD of Linux; one is kept for the payload's memfd.
MAX_DESCRIPTORS = 252
_ANCILLARY_BYTES = socket.CMSG_SPACE((MAX_DESCRIPTORS + 1) * array.array("i").itemsize)
# As plain ints: an operation on the socket module's enumerations costs as much as a system call.
# PyPy has no names for the first two.
_CLOEXEC = int(getattr(socket, "MSG_CMSG_CLOEXEC", 0x40000000))
NOSIGNAL = int(getattr(socket, "MSG_NOSIGNAL", 0x4000))
_TRUNCATED = int(socket.MSG_CTRUNC) | int(socket.MSG_TRUNC)
DONTWAIT = int(socket.MSG_DONTWAIT)
INLINE, _IN_MEMFD, _APART_IN_MEMFD = b"\0", b"\1", b"\2"
# Seconds between two attempts of _send_patiently().
_PATIENCE = 0.005


class MessageTooLong(OSError):
    """A message is longer than its reader would take."""

    def __init__(self, length: int, maxlength: int) -> None:
        super().__init__(
            errno.EMSGSIZE, f"expected a message of at most {maxlength} bytes, got {length}"
        )


def pair() -> tuple[PacketChannel, PacketChannel]:
    """Two ends of a new local channel."""
    first, second = descriptors.channel_pair()
    for end in first, second:
        end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
    return PacketChannel(first.detach()), PacketChannel(second.detach())


def open_channel(fd: int) -> PacketChannel | StreamChannel:
    """The channel for a descriptor of any kind, which the channel owns from now on."""
    try:
        probe = socket.socket(fileno=os.dup(fd))
    except OSError:
        # No socket at all.
        os.fstat(fd)
        return StreamChannel(fd)
    with probe:
        packets = probe.type == socket.SOCK_SEQPACKET
        # Python makes sockets non-blocking where the program has set a default timeout.
        probe.settimeout(None)
    return PacketChannel(fd) if packets else StreamChannel(fd)


class PacketChannel:
    """Messages as datagrams."""

    carries_descriptors = True
    carries_buffers = True

    def __init__(self, fd: int) -> None:
        self._socket: socket.socket | None = None
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET, 0, fd)
        # Against a default timeout set by the program.
        self._socket.settimeout(None)
        self._recvmsg = self._socket.recvmsg
        # post(INLINE + payload, flags) sends a short message in one call of C, where that matters:
        # nothing can come between the sending and the result that says so.
        self.post = self._socket.send

    def fileno(self) -> int:
        return self._socket.fileno() if self._socket is not None else -1

    def descriptors(self) -> list[int]:
        """The descriptors with which another process makes its own channel of this kind."""
        return [self.fileno()]

    def ready(self, timeout: float | None) -> bool:
        """Whether there is a message, or the end, within `timeout` seconds."""
        return descriptors.ready(self.fileno(), timeout)

    def detach(self) -> int:
        """The descriptor, which from now on belongs to the caller; the channel is closed."""
        assert self._socket is not None
        end, self._socket = self._socket, None
        return end.detach()

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def __enter__(self) -> PacketChannel:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def send(self, payload: Payload, fds: Sequence[int] = (), flags: int = 0) -> None:
        """Send one message; the descriptors stay the caller's.

        With DONTWAIT in `flags` raises BlockingIOError where the channel is full.
        """
        if isinstance(payload, OutOfBandPickle):
            kind, memfd = _APART_IN_MEMFD, payloads.sealed_with_buffers(payload)
        else:
            if len(payload) <= INLINE_BYTES:
                try:
                    return self._send((INLINE, payload), fds, flags)
                except OSError as error:
                    # The system's buffer is smaller than the datagram.
                    if error.errno not in (errno.EMSGSIZE, errno.ENOBUFS):
                        raise
            kind, memfd = _IN_MEMFD, payloads.sealed(payload)
        try:
            self._send((kind, self._ballast(len(payload))), [*fds, memfd], flags)
        finally:
            os.close(memfd)
        return None

    def _ballast(self, length: int) -> bytes:
        # The kernel counts the bytes of datagrams, and so would let a thousand memfds of any size
        # wait unread. With a datagram of 1/128 of their size they have up to 128 times the room of
        # the socket in all: 50 MB by Linux's default limit.
        assert self._socket is not None
        room = self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF)
        return bytes(min(length // 128, room // 4, INLINE_BYTES))

    def _send(self, parts: Sequence[Buffer], fds: Sequence[int], flags: int) -> None:
        assert self._socket is not None
        flags |= NOSIGNAL
        try:
            if fds:
                _send_patiently(self._socket, parts, fds, flags)
            else:
                self._socket.sendmsg(parts, (), flags)
        except ConnectionResetError:
            # The other end was closed while it had unread messages. The system reports that once.
            # The next attempt raises BrokenPipeError, as for any writer whose reader is gone.
            self._socket.sendmsg(parts, (), flags)

    def receive(self, maxlength: int | None = None, flags: int = 0) -> Message:
        """The next message and the descriptors that came along, now the caller's.

        Raises EOFError at the end of the channel, MessageTooLong, BlockingIOError where
        DONTWAIT in `flags` finds nothing.
        """
        try:
            data, ancillary, arrived, _ = self._recvmsg(
                INLINE_BYTES + 1, _ANCILLARY_BYTES, flags | _CLOEXEC
            )
        except ConnectionResetError:
            # The other end was closed before it had read our messages. The system reports that
            # once; what the other end had sent before can still be received.
            data, ancillary, arrived, _ = self._recvmsg(
                INLINE_BYTES + 1, _ANCILLARY_BYTES, flags | _CLOEXEC
            )
        fds = _descriptors(ancillary) if ancillary else []
        if arrived & _TRUNCATED:
            descriptors.close_all(fds)
            raise OSError(
                errno.EMFILE,
                "a message was lost: it carried more file descriptors than this process may open",
            )
        if not data:
            raise EOFError("the other end of the channel is closed")
        payload: Payload = memoryview(data)[1:]
        if data[:1] != INLINE:
            memfd = fds.pop()
            try:
                is_apart = data[:1] == _APART_IN_MEMFD
                payload = payloads.with_buffers(memfd) if is_apart else payloads.contents(memfd)
            except BaseException:
                descriptors.close_all(fds)
                raise
            finally:
                os.close(memfd)
        if maxlength is not None and len(payload) > maxlength:
            descriptors.close_all(fds)
            raise MessageTooLong(len(payload), maxlength)
        return payload, fds

    def __del__(self) -> None:
        self.close()


class StreamChannel:
    """Messages in a stream of bytes, as the standard library writes them."""

    carries_buffers = False

    def __init__(self, fd: int) -> None:
        self._fd = fd
        # By time.monotonic(). After it receive() raises TimeoutError. `listeners` sets it for peers
        # that have not authenticated themselves.
        self.deadline: float | None = None
        self._socket: socket.socket | None = None
        self._socket = _as_unix_socket(fd)
        self.carries_descriptors = self._socket is not None

    def fileno(self) -> int:
        return self._fd

    def descriptors(self) -> list[int]:
        """As PacketChannel's."""
        return [self._fd]

    def ready(self, timeout: float | None) -> bool:
        """As PacketChannel's."""
        return descriptors.ready(self._fd, timeout)

    def close(self, close: Callable[[int], None] = os.close) -> None:
        fd, self._fd = self._fd, -1
        if self._socket is not None:
            self._socket.detach()
            self._socket = None
        if fd >= 0:
            # `close` was bound when this was defined: at interpreter exit `os` may be gone.
            close(fd)

    def send(self, payload: Buffer, fds: Sequence[int] = ()) -> None:
        length = len(payload)
        header = struct.pack("!i", length) if length < 2**31 else struct.pack("!iQ", -1, length)
        if fds:
            if self._socket is None:
                raise ValueError(
                    "this connection can't hand over file descriptors: expected one made by "
                    "Pipe(), or of family AF_UNIX"
                )
            # They are sent with the first byte and received with it. A reader that expects none, as
            # the standard library's, loses them and reads on.
            _send_patiently(self._socket, (header[:1],), fds, NOSIGNAL)
            header = header[1:]
        if length <= INLINE_BYTES:
            # In one write: on TCP the second of two small ones would wait until the first is
            # acknowledged.
            self._write(header + bytes(payload))
        else:
            self._write(header)
            self._write(payload)

    def _write(self, data: Buffer) -> None:
        rest = memoryview(data)
        while len(rest):
            rest = rest[os.write(self._fd, rest) :]

    def receive(self, maxlength: int | None = None) -> Message:
        """As PacketChannel's. When a message is too long the rest of it stays in the stream, where
        it would be taken for the next message.
        """
        header, fds = self._header()
        try:
            (length,) = struct.unpack("!i", header)
            if length == -1:
                (length,) = struct.unpack("!Q", self._read(8))
            if length < 0:
                raise OSError(errno.EBADMSG, f"expected the length of a message, got {length}")
            if maxlength is not None and length > maxlength:
                raise MessageTooLong(length, maxlength)
            return self._read(length), fds
        except BaseException:
            descriptors.close_all(fds)
            raise

    def _header(self) -> tuple[bytes, list[int]]:
        fds: list[int] = []
        self._wait()
        if self._socket is None:
            data = os.read(self._fd, 4)
        else:
            data, ancillary, _, _ = self._socket.recvmsg(4, _ANCILLARY_BYTES, _CLOEXEC)
            fds = _descriptors(ancillary)
        if not data:
            raise EOFError("the other end of the connection is closed")
        try:
            return data + self._read(4 - len(data)), fds
        except BaseException:
            descriptors.close_all(fds)
            raise

    def _read(self, size: int) -> bytes:
        parts = io.BytesIO()
        while size > 0:
            self._wait()
            # In parts: os.read() allocates all that it is asked for, and the length may be false.
            part = os.read(self._fd, min(size, 1024 * 1024))
            if not part:
                raise EOFError(
                    "the other end of the connection was closed in the middle of a message: "
                    f"{size} bytes are missing"
                )
            size -= len(part)
            parts.write(part)
        return parts.getvalue()

    def _wait(self) -> None:
        if self.deadline is not None and not self.ready(self.deadline - time.monotonic()):
            raise TimeoutError(errno.ETIMEDOUT, "the other end is late with its message")

    def __del__(self) -> None:
        self.close()


def _as_unix_socket(fd: int) -> socket.socket | None:
    try:
        end = socket.socket(fileno=fd)
    except OSError:
        return None
    end.settimeout(None)
    if end.family != socket.AF_UNIX:
        end.detach()
        return None
    return end


def _send_patiently(
    end: socket.socket, parts: Sequence[Buffer], fds: Sequence[int], flags: int
) -> None:
    """Send a message with descriptors.

    The kernel limits how many sent descriptors of one user nobody has received yet: to as many as
    the process may have open. Above that, a blocking send has to wait for a reader. Nothing tells
    when there is room again, so it tries again at an interval.
    """
    if len(fds) > MAX_DESCRIPTORS + 1:
        raise ValueError(
            f"a message carries up to {MAX_DESCRIPTORS} file descriptors, not {len(fds)}"
        )
    rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))]
    while True:
        try:
            end.sendmsg(parts, rights, flags)
            return
        except OSError as error:
            if error.errno != errno.ETOOMANYREFS:
                raise
            if flags & DONTWAIT:
                raise BlockingIOError(errno.EAGAIN, "too many descriptors are unread") from None
            time.sleep(_PATIENCE)


def _descriptors(ancillary: Sequence[tuple[int, int, Any]]) -> list[int]:
    fds = array.array("i")
    for level, kind, data in ancillary:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            fds.frombytes(data[: len(data) - len(data) % fds.itemsize])
    return list(fds)
