"""A channel in one direction: a `PacketChannel`, and a pipe for messages that it has no room for.

The kernel counts some 768 bytes for the smallest datagram. So where `wmem_max` is Linux's default a
socket holds about 550 unread ones, and then its writer waits. The standard library's pipe holds up
to 8,000 short messages, and programs rely on that: they put a few thousand items before they read
the first, or join a process that has put them. So when the socket is full, and no reader is at
work, a message goes into the *overflow*: a pipe, in which only its bytes count.

Order. All that is in the socket is older than all that is in the overflow:

* A writer uses the socket only when the overflow is empty.
* A reader takes from the overflow only when the socket is empty. It looks first at the overflow and
  then at the socket before it takes a message. Meanwhile another reader could empty the overflow,
  and writers could fill the socket and then the overflow again: the message that is taken would be
  younger than those in the socket. So only one reader at a time does this. It holds a lock of the
  kernel's that ends with its process (`fcntl`, on the socket), and calls nothing that waits.

Whole messages. A write of up to 4,096 bytes into a pipe is never mixed with another (PIPE_BUF), so
writers need no lock. A message consists of fragments of 32 bytes. A reader that is killed in the
middle of a message leaves some of its fragments, and the next reader can distinguish these from the
beginning of a message. A message that is longer, or has descriptors, waits until the overflow is
empty, and then until there is room in the socket.

Back to the socket. Readers of the overflow take turns, and those of the socket need not. So while
readers are at work, writers wait until the overflow is empty.
"""

from __future__ import annotations

import errno
import fcntl
import os
import select
import struct
import termios
import threading
import time
from collections.abc import Sequence
from typing import Callable

from .._os import descriptors
from . import channels, payloads

# PyPy lacks the names; the numbers are those of Linux' <linux/fcntl.h>.
_SETPIPE_SZ: int = getattr(fcntl, "F_SETPIPE_SZ", 1031)
_GETPIPE_SZ: int = getattr(fcntl, "F_GETPIPE_SZ", 1032)
# The size of the pipe once its usual 64 KiB are full: 8,192 fragments. An ordinary user may have 1
# MiB for one pipe, and 64 MiB for all of them.
_OVERFLOW_BYTES = 256 * 1024

# A message has one fragment or more: <B a, H length, 29 bytes> and then <B 255, 31 bytes> each,
# where `a` is how many follow.
_FRAGMENT = 32
_HEAD = struct.Struct("<BH")
_IN_HEAD = _FRAGMENT - _HEAD.size
_IN_TAIL = _FRAGMENT - 1
_TAIL = b"\xff"
_MOST_FRAGMENTS = select.PIPE_BUF // _FRAGMENT
OVERFLOW_LONGEST = _IN_HEAD + (_MOST_FRAGMENTS - 1) * _IN_TAIL

_NONE = bytes(4)

# A writer assumes that nobody reads when nothing was taken for this long, which is a few time
# slices of a busy processor. When that is wrong, the message takes the longer way through the
# overflow.
PATIENCE = 0.02
# It assumes so for this many times PATIENCE. So looking again takes at most 1/20 of its time.
_BELIEF = 20
# No event tells that a pipe is empty, so a writer looks at this interval. Readers empty a full pipe
# in 40 ms.
_LOOK_AGAIN = 0.001


def pair() -> tuple[Reader, Writer]:
    """The two ends of a new channel."""
    first, second = channels.pair()
    with first, second:
        reader, writer = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        try:
            ends = [descriptors.above_stdio(reader), descriptors.above_stdio(writer)]
        except BaseException:
            descriptors.close_all((reader, writer))
            raise
        return Reader(first.detach(), ends[0]), Writer(second.detach(), ends[1])


class Reader:
    """The receiving end."""

    carries_descriptors = True
    carries_buffers = True

    def __init__(self, fd: int, overflow: int) -> None:
        self._overflow = overflow
        self._epoll: select.epoll | None = None
        self._packets = channels.PacketChannel(fd)

    def descriptors(self) -> list[int]:
        """The descriptors with which another process makes its own `Reader`."""
        return [self._packets.fileno(), self._overflow]

    def fileno(self) -> int:
        """A descriptor that is readable when the channel is. It can be waited for, and not read."""
        if self._epoll is None:
            epoll = select.epoll()
            for fd in self.descriptors():
                epoll.register(fd, select.EPOLLIN)
            self._epoll = epoll
        return self._epoll.fileno()

    def ready(self, timeout: float | None) -> bool:
        """Whether there is a message, or the end, within `timeout` seconds."""
        # A new one for each call, as two threads can't use the same.
        poll = select.poll()
        poll.register(self._packets.fileno(), select.POLLIN)
        poll.register(self._overflow, select.POLLIN)
        return bool(descriptors.poll_until(poll, timeout))

    def receive(
        self, maxlength: int | None = None, timeout: float | None = None
    ) -> channels.Message:
        """As PacketChannel's, but raises BlockingIOError when nothing comes within `timeout`."""
        deadline = None
        while True:
            ended = False
            try:
                return self._packets.receive(maxlength, channels.DONTWAIT)
            except BlockingIOError:
                pass
            except EOFError:
                ended = True
            if _has_unread(self._overflow):
                message = self._take_in_turn(maxlength)
                if message is not None:
                    return message
            elif ended:
                raise EOFError("the other end of the channel is closed")
            # When a message is announced, another reader may take it first: then wait for the rest
            # of the time.
            if timeout is not None:
                deadline = deadline or time.monotonic() + timeout
                timeout = deadline - time.monotonic()
            if not self.ready(timeout):
                raise BlockingIOError(errno.EAGAIN, "no message")

    def _take_in_turn(self, maxlength: int | None) -> channels.Message | None:
        fd = self._packets.fileno()
        with _turns.lock:
            try:
                _lock(fd, fcntl.LOCK_EX)
                if not _has_unread(self._overflow):
                    return None
                try:
                    return self._packets.receive(maxlength, channels.DONTWAIT)
                except (BlockingIOError, EOFError):
                    payload = self._take()
            finally:
                _lock(fd, fcntl.LOCK_UN)
        if payload is None:
            return None
        if maxlength is not None and len(payload) > maxlength:
            raise channels.MessageTooLong(len(payload), maxlength)
        return payload, []

    def _take(self) -> bytes | None:
        try:
            head = os.read(self._overflow, _FRAGMENT)
            while head[:1] == _TAIL:
                # The rest of a message whose reader was killed.
                head = os.read(self._overflow, _FRAGMENT)
        except BlockingIOError:
            return None
        if not head:
            return None
        following, length = _HEAD.unpack_from(head)
        data = head[_HEAD.size :]
        if following:
            tails = os.read(self._overflow, following * _FRAGMENT)
            places = range(1, len(tails), _FRAGMENT)
            data += b"".join([tails[place : place + _IN_TAIL] for place in places])
        return data[:length]

    def close(self, close: Callable[[int], None] = os.close) -> None:
        self._packets.close()
        fd, self._overflow = self._overflow, -1
        if fd >= 0:
            close(fd)
        if self._epoll is not None:
            self._epoll.close()

    def __del__(self) -> None:
        # At interpreter exit modules may be gone: close() has what it needs as defaults. And the
        # constructor may have failed.
        if hasattr(self, "_packets"):
            self.close()


class Writer:
    """The sending end."""

    carries_descriptors = True
    carries_buffers = True

    def __init__(self, fd: int, overflow: int) -> None:
        self._overflow = overflow
        # The time until which this writer assumes that nobody reads.
        self._unattended_until = 0.0
        self._packets = channels.PacketChannel(fd)

    def descriptors(self) -> list[int]:
        """The descriptors with which another process makes its own `Writer`."""
        return [self._packets.fileno(), self._overflow]

    def fileno(self) -> int:
        return self._packets.fileno()

    def ready(self, timeout: float | None) -> bool:
        return self._packets.ready(timeout)

    def send(self, payload: payloads.Payload, fds: Sequence[int] = (), flags: int = 0) -> None:
        """As PacketChannel's."""
        waits = not flags & channels.DONTWAIT
        fits = not fds and len(payload) <= OVERFLOW_LONGEST
        if not _has_unread(self._overflow):
            try:
                return self._packets.send(
                    payload, fds, flags | channels.DONTWAIT if fits else flags
                )
            except BlockingIOError:
                pass
        if not waits:
            raise BlockingIOError(errno.EAGAIN, "the channel is full")
        if not fits or isinstance(payload, payloads.OutOfBandPickle):
            while _has_unread(self._overflow):
                time.sleep(_LOOK_AGAIN)
            return self._packets.send(payload, fds)
        fragments = _fragments(bytes(payload))
        while True:
            if time.monotonic() >= self._unattended_until and self._readers_make_room():
                try:
                    return self._packets.send(payload, (), channels.DONTWAIT)
                except BlockingIOError:
                    # Others were faster.
                    continue
            if self._put(fragments):
                return None
            poll = select.poll()
            poll.register(self._overflow, select.POLLOUT)
            poll.poll()

    def _readers_make_room(self) -> bool:
        """Wait as long as readers are at work. Returns whether the socket has room again."""
        level = self._level()
        while True:
            if level[1]:
                until = time.monotonic() + PATIENCE
                while _has_unread(self._overflow) and time.monotonic() < until:
                    time.sleep(_LOOK_AGAIN)
                has_room = False
            else:
                poll = select.poll()
                poll.register(self._packets.fileno(), select.POLLOUT)
                has_room = bool(poll.poll(PATIENCE * 1000))
            before, level = level, self._level()
            if has_room and not level[1]:
                return True
            if level[0] >= before[0] and level[1] >= before[1]:
                self._unattended_until = time.monotonic() + _BELIEF * PATIENCE
                return False

    def _level(self) -> tuple[int, int]:
        """Unread bytes in the socket and in the overflow. While they only grow, nobody reads."""
        return _unread(self._packets.fileno(), termios.TIOCOUTQ), _unread(self._overflow)

    def _put(self, fragments: bytes) -> bool:
        """Write into the overflow; returns whether there was room."""
        try:
            os.write(self._overflow, fragments)
            return True
        except BlockingIOError:
            pass
        if fcntl.fcntl(self._overflow, _GETPIPE_SZ) >= _OVERFLOW_BYTES:
            return False
        try:
            fcntl.fcntl(self._overflow, _SETPIPE_SZ, _OVERFLOW_BYTES)
        except OSError:
            # All pipes of this user together have as much as they may have.
            return False
        return self._put(fragments)

    def close(self, close: Callable[[int], None] = os.close) -> None:
        # In this order: a reader that finds the end of the socket looks at the overflow once more.
        self._packets.close()
        fd, self._overflow = self._overflow, -1
        if fd >= 0:
            close(fd)

    def __del__(self) -> None:
        if hasattr(self, "_packets"):
            self.close()


def _fragments(payload: bytes) -> bytes:
    rest = payload[_IN_HEAD:]
    tails = [
        _TAIL + rest[place : place + _IN_TAIL].ljust(_IN_TAIL, b"\0")
        for place in range(0, len(rest), _IN_TAIL)
    ]
    head = _HEAD.pack(len(tails), len(payload)) + payload[:_IN_HEAD].ljust(_IN_HEAD, b"\0")
    return b"".join((head, *tails))


def _has_unread(fd: int) -> bool:
    # Called for every message that is sent, so it does not make an int of the count.
    count = bytearray(4)
    fcntl.ioctl(fd, termios.FIONREAD, count)
    return count != _NONE


def _unread(fd: int, request: int = termios.FIONREAD) -> int:
    count = bytearray(4)
    fcntl.ioctl(fd, request, count)
    return int.from_bytes(count, "little")


class _Turns:
    # The kernel's lock belongs to a process; this one is for its threads. Reentrant, as a signal
    # handler may receive, too.
    def __init__(self) -> None:
        self.lock = threading.RLock()


_turns = _Turns()
os.register_at_fork(after_in_child=_turns.__init__)  # type: ignore[misc]


def _lock(fd: int, what: int) -> None:
    try:
        fcntl.lockf(fd, what)
    except OSError:
        # The system has no locks for sockets; or it reports a deadlock that is none, as it looks at
        # processes and not at their threads. Without the lock, a message may be received before an
        # older one.
        pass
