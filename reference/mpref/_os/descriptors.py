"""File descriptors: waiting for one, sending some, and a channel that carries both.

A channel is a pair of SOCK_SEQPACKET sockets without a name. A process that has an end may use it,
no other process can find it, and nothing is left when the last process that has an end has ended.
"""

from __future__ import annotations

import array
import errno
import fcntl
import mmap
import os
import select
import socket
import struct
import sys
import threading
import time
from collections.abc import Iterable, Sequence

__all__ = [
    "above_stdio",
    "anonymous_file",
    "channel_pair",
    "close_all",
    "dead_end",
    "duplicate",
    "guard_in_forks",
    "map_file",
    "poll_until",
    "ready",
    "receive_fds",
    "receive_with_fds",
    "send_fds",
    "unguard",
]

# The kernel takes 253 descriptors per message (SCM_MAX_FD); one round number below it.
_FDS_PER_MESSAGE = 250
_HEADER = struct.Struct("<I")
# PyPy lacks the names; the numbers are those of Linux' <bits/socket.h> and <linux/fcntl.h>.
_CLOEXEC: int = getattr(socket, "MSG_CMSG_CLOEXEC", 0x40000000)
_DUPFD_CLOEXEC: int = getattr(fcntl, "F_DUPFD_CLOEXEC", 1030)
# poll() takes a C int of milliseconds; a longer timeout is waited for in parts.
_LONGEST_POLL_MS = 2**31 - 1


def ready(fd: int, timeout: float | None = None) -> bool:
    """Wait until `fd` is readable or at its end, at most `timeout` seconds; say whether it is."""
    poll = select.poll()
    poll.register(fd, select.POLLIN)
    return bool(poll_until(poll, timeout))


def poll_until(poll: select.poll, timeout: float | None) -> list[tuple[int, int]]:
    """`poll.poll()` with a timeout in seconds: None is endless, a negative one counts as zero."""
    if timeout is None:
        return poll.poll()
    deadline = time.monotonic() + max(timeout, 0)
    while True:
        left = max(deadline - time.monotonic(), 0)
        # Rounded up: rounded down, the last poll before the deadline would return early and spin.
        events = poll.poll(int(min(left * 1000 + 0.999, _LONGEST_POLL_MS)))
        if events or time.monotonic() >= deadline:
            return events


def channel_pair() -> tuple[socket.socket, socket.socket]:
    """Two connected ends, which programs that are executed do not inherit."""
    one, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    try:
        return _above_stdio(one), _above_stdio(other)
    except BaseException:
        one.close()
        other.close()
        raise


def send_fds(channel: socket.socket, fds: Sequence[int]) -> None:
    """Send `fds`, however many, as one message that `receive_fds` puts together again."""
    chunks = [fds[i : i + _FDS_PER_MESSAGE] for i in range(0, len(fds), _FDS_PER_MESSAGE)] or [fds]
    for chunk in chunks:
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", chunk))] if chunk else []
        channel.sendmsg([_HEADER.pack(len(fds))], rights)


def receive_fds(channel: socket.socket) -> list[int]:
    """The descriptors of the next message. Raises EOFError when the other end is gone."""
    received: list[int] = []
    try:
        while True:
            expected = _receive_chunk(channel, received)
            if len(received) >= expected:
                return received
    except BaseException:
        close_all(received)
        raise


def receive_with_fds(channel: socket.socket, size: int) -> tuple[bytes, list[int]]:
    """The next message, of at most `size` bytes, and the descriptors that came with it.

    Raises EOFError when the other end is gone, OSError (EMFILE) when there is no room for them.
    """
    space = socket.CMSG_SPACE(_FDS_PER_MESSAGE * array.array("i").itemsize)
    data, ancillary, flags, _ = channel.recvmsg(size, space, _CLOEXEC)
    fds = array.array("i")
    for level, kind, content in ancillary:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            fds.frombytes(content[: len(content) - len(content) % fds.itemsize])
    if flags & socket.MSG_CTRUNC:
        close_all(fds)
        raise OSError(errno.EMFILE, "no room for the file descriptors that were sent along")
    if not data:
        raise EOFError("the other end of the channel is closed")
    try:
        for place, fd in enumerate(fds):
            fds[place] = above_stdio(fd)
    except OSError:
        close_all(fds)
        raise
    return data, list(fds)


def anonymous_file(data: bytes) -> int:
    """A descriptor of a file without a name that holds `data`, positioned at its beginning."""
    if hasattr(os, "memfd_create"):
        fd = os.memfd_create("mpref", os.MFD_CLOEXEC)
    else:
        import tempfile  # slow to import, and needed only where the system lacks better

        with tempfile.TemporaryFile() as file:
            fd = duplicate(file.fileno())
    try:
        view = memoryview(data)
        while view:
            view = view[os.write(fd, view) :]
        os.lseek(fd, 0, os.SEEK_SET)
    except BaseException:
        os.close(fd)
        raise
    return fd


def map_file(fd: int, size: int) -> mmap.mmap:
    """The first `size` bytes of the file behind `fd`, as shared memory."""
    if sys.version_info >= (3, 13) and sys.implementation.name == "cpython":
        # Without a second descriptor for the same memory.
        return mmap.mmap(fd, size, trackfd=False)
    return mmap.mmap(fd, size)


def duplicate(fd: int) -> int:
    """A new descriptor for the same open file, with a number above the standard streams' three."""
    return fcntl.fcntl(fd, _DUPFD_CLOEXEC, 3)


def above_stdio(fd: int) -> int:
    """`fd`, or, where it has a number of the standard streams, a duplicate in its place."""
    if fd > 2:
        return fd
    try:
        return duplicate(fd)
    finally:
        os.close(fd)


def dead_end() -> int:
    """A descriptor that is at its end, hence ready, from the beginning."""
    reader, writer = os.pipe()
    os.close(writer)
    return reader


def close_all(fds: Iterable[int]) -> None:
    """Close each of `fds`, also those after one that can't be closed."""
    for fd in fds:
        try:
            os.close(fd)
        except OSError:
            pass


# Where a sentinel is the reading end of a pipe, any copy of the writing end in another process than
# the child keeps it from getting ready. Programs that are executed get no copy (close-on-exec). A
# forked process closes all its copies here, except the one that the forking thread has marked as
# the child's own.

_guarded: set[int] = set()
_exempt = threading.local()


def guard_in_forks(fd: int, *, except_next: bool = False) -> None:
    """Have every forked copy of this process close `fd`.

    With `except_next` the next copy that this thread makes keeps it.
    """
    _guarded.add(fd)
    if except_next:
        _exempt.fd = fd


def unguard(fd: int) -> None:
    """Forget `fd`, which is about to be closed."""
    _guarded.discard(fd)
    if getattr(_exempt, "fd", None) == fd:
        _exempt.fd = None


def _after_fork_in_child() -> None:
    mine = getattr(_exempt, "fd", None)
    _exempt.fd = None
    close_all(fd for fd in _guarded if fd != mine)
    # A process that this one forks later closes this descriptor, too: otherwise the sentinel would
    # not get ready before that process has ended as well.
    _guarded.intersection_update({mine})


os.register_at_fork(after_in_child=_after_fork_in_child)


def _above_stdio(sock: socket.socket) -> socket.socket:
    # In a program whose standard streams are closed a new socket gets number 0, 1 or 2. A child
    # would take it for its stdin, or print into it.
    return sock if sock.fileno() > 2 else socket.socket(fileno=above_stdio(sock.detach()))


def _receive_chunk(channel: socket.socket, received: list[int]) -> int:
    data, fds = receive_with_fds(channel, _HEADER.size)
    received.extend(fds)
    (expected,) = _HEADER.unpack(data)
    return int(expected)
