"""Bytes to messages: the two kinds of channel under a Connection.

`PacketChannel` is a `SOCK_SEQPACKET` socket, one end of `pair()`. One message is one datagram:
the kernel keeps it whole, for any number of readers and writers, so nobody holds a lock around
a read or a write, and a process killed at any instant leaves no half message behind. The first
byte of a datagram says where the payload is, which also tells an empty message from the end of
the channel:

    0  the payload follows
    1  the payload is the whole of a sealed memfd, the last descriptor that came along; what
       follows is ballast
    2  the same of a payload with buffers apart

`StreamChannel` is everything else: sockets of Listener and Client, and any descriptor that a
program hands to Connection. Its format is the standard library's, learnt from the bytes that
it writes: a length, 4 bytes, big-endian, signed, then the payload; from 2 GiB on the length is
-1, and the true one follows in 8 bytes.

Both carry descriptors along with a message, where the socket can.
"""

import array
import errno
import fcntl
import io
import os
import socket
import struct
import time
from typing import Any, Callable, List, Optional, Sequence, Tuple, Union

from .._os import descriptors

Buffer = Union[bytes, bytearray, memoryview]


class OutOfBandPickle:
    """A pickle, and the large buffers that are not in it but beside it.

    A sender's buffers are the objects' own memory, which is copied once: into the memfd. A
    receiver's are new, and become the objects' memory.
    """

    __slots__ = ("buffers", "pickle")

    def __init__(self, pickle: Buffer, buffers: Sequence[Buffer]) -> None:
        self.pickle = pickle
        self.buffers = buffers

    def __len__(self) -> int:
        return len(self.pickle) + sum(map(len, self.buffers))

    def copied(self) -> "OutOfBandPickle":
        """The same with buffers that no longer change with the objects."""
        return OutOfBandPickle(self.pickle, [bytes(buffer) for buffer in self.buffers])


Payload = Union[Buffer, OutOfBandPickle]
Message = Tuple[Payload, List[int]]

# A payload of up to this many bytes travels in the datagram, a longer one in a memfd. Not for
# speed: sent and received within one process, the datagram took a tenth of the time at all lengths
# up to 1 MiB (64 KiB: 13 us and 150, 512 KiB: 76 us and 1,000), as a memfd's pages are new ones.
# But every receive sets aside as much as the longest datagram, which the C library takes from the
# system each time from 128 KiB on; and four longer ones fill a socket by Linux's default limit.
INLINE_BYTES = 64 * 1024
# Small messages that may wait unread: some 10,000 instead of 280. The system clips what it
# doesn't allow (net.core.wmem_max), and then fewer fit.
SEND_BUFFER = 4 * 1024 * 1024
# SCM_MAX_FD of Linux; one is kept for the payload's memfd.
MAX_DESCRIPTORS = 252
_ANCILLARY_BYTES = socket.CMSG_SPACE((MAX_DESCRIPTORS + 1) * array.array("i").itemsize)
# As plain ints: an operation on the socket module's enumerations costs as much as a system call.
# PyPy has no names for the first two.
_CLOEXEC = int(getattr(socket, "MSG_CMSG_CLOEXEC", 0x40000000))
_NOSIGNAL = int(getattr(socket, "MSG_NOSIGNAL", 0x4000))
_TRUNCATED = int(socket.MSG_CTRUNC) | int(socket.MSG_TRUNC)
DONTWAIT = int(socket.MSG_DONTWAIT)
_INLINE, _IN_MEMFD, _APART_IN_MEMFD = b"\0", b"\1", b"\2"
# Behind pickle and buffers in a memfd: the length of each, and how many they are.
_LENGTH = struct.Struct("=Q")
# One call reads 2 GiB at most.
_ONE_READ = 2**30
# See _send_patiently().
_PATIENCE = 0.005

_SEALS = fcntl.fcntl, getattr(fcntl, "F_ADD_SEALS", 1033), 0x2 | 0x4 | 0x8  # shrink, grow, write


class MessageTooLong(OSError):
    """A message is longer than its reader would take."""

    def __init__(self, length: int, maxlength: int) -> None:
        super().__init__(
            errno.EMSGSIZE, f"expected a message of at most {maxlength} bytes, got {length}"
        )


def pair() -> Tuple["PacketChannel", "PacketChannel"]:
    """Two ends of a new local channel."""
    first, second = descriptors.channel_pair()
    for end in first, second:
        end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
    return PacketChannel(first.detach()), PacketChannel(second.detach())


def open_channel(fd: int) -> "Union[PacketChannel, StreamChannel]":
    """The channel for a descriptor of unknown kind. The channel owns it from now on."""
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
        self._socket: Optional[socket.socket] = None
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET, 0, fd)
        # Against a default timeout set by the program.
        self._socket.settimeout(None)
        self._recvmsg = self._socket.recvmsg

    def fileno(self) -> int:
        return self._socket.fileno() if self._socket is not None else -1

    def descriptors(self) -> List[int]:
        """What another process needs to make its own channel of this kind."""
        return [self.fileno()]

    def ready(self, timeout: Optional[float]) -> bool:
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

    def __enter__(self) -> "PacketChannel":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def send(self, payload: Payload, fds: Sequence[int] = (), flags: int = 0) -> None:
        """Send one message; the descriptors stay the caller's.

        With DONTWAIT in `flags` raises BlockingIOError where the channel is full.
        """
        if isinstance(payload, OutOfBandPickle):
            kind, memfd = _APART_IN_MEMFD, _sealed_apart(payload)
        else:
            if len(payload) <= INLINE_BYTES:
                try:
                    return self._send((_INLINE, payload), fds, flags)
                except OSError as error:
                    # The system's buffer is smaller than the datagram.
                    if error.errno not in (errno.EMSGSIZE, errno.ENOBUFS):
                        raise
            kind, memfd = _IN_MEMFD, _sealed(payload)
        try:
            self._send((kind, self._ballast(len(payload))), [*fds, memfd], flags)
        finally:
            os.close(memfd)
        return None

    def _ballast(self, length: int) -> bytes:
        # The kernel counts datagrams, and would let a thousand memfds of any size wait unread. With
        # this they take up to 128 times the room of the socket: 50 MB by Linux's default limit.
        assert self._socket is not None
        room = self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF)
        return bytes(min(length // 128, room // 4, INLINE_BYTES))

    def _send(self, parts: Sequence[Buffer], fds: Sequence[int], flags: int) -> None:
        assert self._socket is not None
        flags |= _NOSIGNAL
        try:
            if fds:
                _send_patiently(self._socket, parts, fds, flags)
            else:
                self._socket.sendmsg(parts, (), flags)
        except ConnectionResetError:
            # The other end went with messages unread. That is told once; what it means for
            # a writer is a broken pipe.
            self._socket.sendmsg(parts, (), flags)

    def receive(self, maxlength: Optional[int] = None, flags: int = 0) -> Message:
        """The next message and the descriptors that came along, now the caller's.

        Raises EOFError at the end of the channel, MessageTooLong, BlockingIOError where
        DONTWAIT in `flags` finds nothing.
        """
        try:
            data, ancillary, arrived, _ = self._recvmsg(
                INLINE_BYTES + 1, _ANCILLARY_BYTES, flags | _CLOEXEC
            )
        except ConnectionResetError:
            # The other end went with messages of ours unread. What it sent before is still
            # there, behind this notice, which comes once.
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
        if data[:1] != _INLINE:
            memfd = fds.pop()
            try:
                payload = _apart(memfd) if data[:1] == _APART_IN_MEMFD else _contents(memfd)
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
        # On time.monotonic(): receive() raises TimeoutError then. For strangers, see `listeners`.
        self.deadline: Optional[float] = None
        self._socket: Optional[socket.socket] = None
        self._socket = _as_unix_socket(fd)
        self.carries_descriptors = self._socket is not None

    def fileno(self) -> int:
        return self._fd

    def descriptors(self) -> List[int]:
        """As PacketChannel's."""
        return [self._fd]

    def ready(self, timeout: Optional[float]) -> bool:
        """As PacketChannel's."""
        return descriptors.ready(self._fd, timeout)

    def close(self, close: Callable[[int], None] = os.close) -> None:
        fd, self._fd = self._fd, -1
        if self._socket is not None:
            self._socket.detach()
            self._socket = None
        if fd >= 0:
            # Bound early: modules may be gone by now.
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
            # They go along with the first byte, and are read with it. A reader that expects no
            # descriptors, as the standard library's, loses them and reads on.
            _send_patiently(self._socket, (header[:1],), fds, _NOSIGNAL)
            header = header[1:]
        if length <= INLINE_BYTES:
            # In one piece: two writes of a small message would wait for each other on TCP.
            self._write(header + bytes(payload))
        else:
            self._write(header)
            self._write(payload)

    def _write(self, data: Buffer) -> None:
        rest = memoryview(data)
        while len(rest):
            rest = rest[os.write(self._fd, rest) :]

    def receive(self, maxlength: Optional[int] = None) -> Message:
        """As PacketChannel's. What is left of a message that is too long can't be told from
        the next one.
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

    def _header(self) -> Tuple[bytes, List[int]]:
        fds: List[int] = []
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
            # Asked for all at once, a wrong length would be allocated at once.
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


def _as_unix_socket(fd: int) -> Optional[socket.socket]:
    try:
        end = socket.socket(fileno=fd)
    except OSError:
        return None
    end.settimeout(None)
    if end.family != socket.AF_UNIX:
        end.detach()
        return None
    return end


def _sealed(*parts: Buffer) -> int:
    """A memfd that holds the parts and can't be changed any more."""
    fd = os.memfd_create("mpref", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    try:
        for part in parts:
            rest = memoryview(part)
            while len(rest):
                rest = rest[os.write(fd, rest) :]
        control, command, seals = _SEALS
        control(fd, command, seals)
    except BaseException:
        os.close(fd)
        raise
    return fd


def _contents(fd: int) -> bytes:
    # Read, not mapped: up to 1 MiB a mapping's page faults cost more than twice the copy (measured,
    # as bytes: 4 to 6 GB/s mapped, 12 GB/s read), and at 16 MiB still a third more.
    size = os.fstat(fd).st_size
    if size <= _ONE_READ:
        return os.pread(fd, size, 0)
    # The pieces are put where they belong at once.
    os.lseek(fd, 0, os.SEEK_SET)
    with open(fd, "rb", buffering=0, closefd=False) as file:
        return file.readall()


def _sealed_apart(payload: OutOfBandPickle) -> int:
    parts = (payload.pickle, *payload.buffers)
    numbers = [len(part) for part in parts] + [len(parts)]
    return _sealed(*parts, b"".join([_LENGTH.pack(number) for number in numbers]))


def _apart(fd: int) -> OutOfBandPickle:
    # Read, not mapped: a mapping of Python's keeps a descriptor up to 3.12, for as long as the
    # object lives.
    place = os.fstat(fd).st_size - _LENGTH.size
    (count,) = _LENGTH.unpack(os.pread(fd, _LENGTH.size, place))
    lengths = os.pread(fd, count * _LENGTH.size, place - count * _LENGTH.size)
    os.lseek(fd, 0, os.SEEK_SET)
    with open(fd, "rb", buffering=0, closefd=False) as file:
        parts = [_read_exactly(file, length) for (length,) in _LENGTH.iter_unpack(lengths)]
    return OutOfBandPickle(parts[0], parts[1:])


def _read_exactly(file: io.RawIOBase, length: int) -> bytearray:
    found = bytearray(length)
    rest = memoryview(found)
    while len(rest):
        count = file.readinto(rest)
        if not count:
            raise EOFError(f"a message is incomplete: {len(rest)} bytes are missing")
        rest = rest[count:]
    return found


def _send_patiently(
    end: socket.socket, parts: Sequence[Buffer], fds: Sequence[int], flags: int
) -> None:
    """Send descriptors along.

    The kernel bounds how many descriptors of one user may be on their way: as many as the
    process may have open. Over that, a blocking send has to wait for a reader, and as nothing
    wakes it up, it asks again.
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
                raise BlockingIOError(errno.EAGAIN, "too many descriptors on their way") from None
            time.sleep(_PATIENCE)


def _descriptors(ancillary: Sequence[Tuple[int, int, Any]]) -> List[int]:
    fds = array.array("i")
    for level, kind, data in ancillary:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            fds.frombytes(data[: len(data) - len(data) % fds.itemsize])
    return list(fds)
