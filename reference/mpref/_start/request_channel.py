"""The channel through which processes ask the fork server for children, and what goes through it.

Every client, that is every process that may ask, holds the same end; children get it from their
parents. So a process that has it belongs to the family, and the server knows that its last client
has gone when the channel is at its end. Nothing of it has a name.

A request consists of two descriptors, made for one child. Through the first, the *status channel*,
the server answers with the pid and later reports the exit status. Through the second the client
sends the child what it has to know, past the server.
"""

from __future__ import annotations

import array
import errno
import os
import socket
import struct
from typing import NamedTuple

from .._os import descriptors
from . import main_module
from .surroundings import Surroundings

__all__ = [
    "ServerGone",
    "Setup",
    "adopt",
    "close",
    "descriptor",
    "has_server",
    "receive_answer",
    "receive_request",
    "send_answer",
    "send_request",
    "use",
]

# The server's answer: pid, and the errno of a fork that failed (pid is 0 then).
_ANSWER = struct.Struct("<ii")


class Setup(NamedTuple):
    """What the server is sent when it begins."""

    surroundings: Surroundings
    main: main_module.Origin | None
    preload: list[str]
    on_error: str
    parent_name: str
    parent_pid: int


class ServerGone(Exception):
    """The server does not answer any more."""


# --- this process's end --------------------------------------------------------------------------

_channel: socket.socket | None = None


def descriptor() -> int | None:
    """The descriptor by which this process reaches the server, or None when it has none."""
    return None if _channel is None else _channel.fileno()


def adopt(fd: int) -> None:
    """Use the server behind `fd`: for a child, which got the descriptor from its parent."""
    use(socket.socket(fileno=fd))


def use(channel: socket.socket) -> None:
    """Ask the server behind `channel` from now on."""
    global _channel
    before, _channel = _channel, channel
    if before is not None:
        before.close()


def close() -> None:
    """Be no client any more."""
    global _channel
    before, _channel = _channel, None
    if before is not None:
        before.close()


def has_server() -> bool:
    """Whether there is a channel, with a server behind it."""
    # The server writes nothing into this channel: it is readable only when the server has ended.
    return _channel is not None and not descriptors.ready(_channel.fileno(), 0)


# --- requests and answers ------------------------------------------------------------------------


def send_request(status: socket.socket, orders: socket.socket) -> None:
    """Ask for a child, and hand over the server's and the child's ends of its two channels.

    Raises ServerGone when there is no server.
    """
    channel = _channel
    try:
        if channel is None:
            raise ServerGone
        descriptors.send_fds(channel, [status.fileno(), orders.fileno()])
    except ConnectionError:
        raise ServerGone from None
    except OSError as error:
        if error.errno == errno.EBADF:  # another thread has just found the server dead
            raise ServerGone from None
        raise


def receive_request(channel: socket.socket) -> tuple[socket.socket, socket.socket]:
    """In the server: the ends that `send_request` handed over.

    Raises EOFError when the last client has gone, OSError when there is no room for descriptors.
    """
    status, orders = descriptors.receive_fds(channel)
    return socket.socket(fileno=status), socket.socket(fileno=orders)


def send_answer(status: socket.socket, pid: int, error: int, fds: list[int]) -> None:
    """In the server: say what became of a request."""
    rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))] if fds else []
    try:
        status.sendmsg([_ANSWER.pack(pid, error)], rights)
    except OSError:
        pass  # the client has gone, and its child will notice that by itself


def receive_answer(status: socket.socket) -> tuple[int, int | None]:
    """The pid of the new child and, where the system has them, a process descriptor of it.

    Raises ServerGone, or the OSError with which the server's fork failed.
    """
    try:
        data, fds = descriptors.receive_with_fds(status, _ANSWER.size)
    except (EOFError, ConnectionError):
        raise ServerGone from None
    pid, error = _ANSWER.unpack(data)
    if error:
        descriptors.close_all(fds)
        raise OSError(error, f"the fork server can't fork: {os.strerror(error)}")
    return pid, (fds[0] if fds else None)
