"""The two ends of the connection between a pool and one of its workers.

    pool    -> worker   a channel: tasks, each in a message of its own
    pool    <- workers  one pipe for all workers: replies. A reply that is long, or has descriptors,
                        is sent through the worker's channel, and the pipe only says so
    worker  -> pool     the board: which task the worker has begun

The pool keeps a copy of the worker's end of the channel. So it can receive itself the tasks that a
worker which is busy for long has not received yet, and send them to an idle worker.

A forked child must not keep an end of a channel: the worker would go on waiting when its pool has
ended. So while a channel was made and its worker is not started yet, no other thread may fork
(`gate`), and every forked child closes the pool's ends.
"""

from __future__ import annotations

import os
import struct
import threading
import weakref
from typing import Any

from .._ipc import channels, packets, payloads, reduction
from .._os import descriptors, weak
from .board import Board

__all__ = ["HEADER", "IN_CHANNEL", "PoolEnd", "WorkerEnd", "connect", "gate"]

# The head of a reply: place of the worker, serial of the task, microseconds that the task took,
# kind of the reply.
HEADER = struct.Struct("<HQIB")
# A bit of the kind: the rest of the reply is in the channel.
IN_CHANNEL = 0x80
_LONGEST = packets.LONGEST - HEADER.size

SERIAL = struct.Struct("<Q")


class PoolEnd:
    """The pool's end of the channel to one worker."""

    def __init__(self, channel: channels.PacketChannel, spare: channels.PacketChannel) -> None:
        self._channel = channel
        self._spare = spare
        # Sends a whole message in one step. So the caller knows whether it was sent, even when a
        # signal handler raises.
        self.post = channel.post
        self.send = channel.send
        self.receive = channel.receive
        self.take_back = spare.receive
        _pool_ends.add(self)

    def hang_up(self) -> None:
        """Send no more. The worker ends when it has done all tasks that were sent."""
        self._channel.close()

    def close(self) -> None:
        self._channel.close()
        self._spare.close()


class WorkerEnd:
    """The worker's end. The parent only has it until the worker is started."""

    def __init__(
        self, channel: channels.PacketChannel, replies: int, board: Board, place: int
    ) -> None:
        self._channel = channel
        self._replies = replies
        self._board = board
        self._place = place
        self.receive = channel.receive

    def begin(self, serial: int) -> None:
        """Say that this worker has begun with a task."""
        self._board.words[self._place] = serial

    def reply(
        self, serial: int, kind: int, payload: payloads.Payload, fds: list[int], micros: int
    ) -> None:
        """Send the outcome of a task. Waits while the pool has not read earlier replies."""
        if fds or isinstance(payload, payloads.OutOfBandPickle) or len(payload) > _LONGEST:
            self._channel.send(payload, fds)
            kind, payload = kind | IN_CHANNEL, b""
        header = HEADER.pack(self._place, serial, min(micros, 0xFFFFFFFF), kind)
        os.write(self._replies, header + payload)

    def close(self) -> None:
        self._channel.close()
        replies, self._replies = self._replies, -1
        if replies >= 0:
            os.close(replies)

    def abandon(self) -> None:
        """Forget the descriptors, which somebody else has closed."""
        self._channel.detach()
        self._replies = -1

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (
            reduction.DupFd(self._channel.fileno()),
            reduction.DupFd(self._replies),
            self._board,
            self._place,
        )


def _rebuild(
    channel: reduction.DupFd, replies: reduction.DupFd, board: Board, place: int
) -> WorkerEnd:
    return WorkerEnd(channels.PacketChannel(channel.detach()), replies.detach(), board, place)


def connect(replies: int, board: Board, place: int) -> tuple[PoolEnd, WorkerEnd]:
    """The ends for a new worker. `gate` has to be held until it is started."""
    ours, theirs = channels.pair()
    try:
        spare = channels.PacketChannel(descriptors.duplicate(theirs.fileno()))
        pool_end = PoolEnd(ours, spare)
        board.words[place] = 0
        return pool_end, WorkerEnd(theirs, descriptors.duplicate(replies), board, place)
    except BaseException:
        ours.close()
        theirs.close()
        raise


# Held from the making of a channel until its worker is started, and by every fork.
gate = threading.RLock()
_pool_ends: weakref.WeakSet[PoolEnd] = weakref.WeakSet()


def _before_fork() -> None:
    gate.acquire()


def _after_fork_in_parent() -> None:
    gate.release()


def _after_fork_in_child() -> None:
    global gate
    gate = threading.RLock()
    for end in weak.living(_pool_ends):
        end.close()


os.register_at_fork(
    before=_before_fork,
    after_in_parent=_after_fork_in_parent,
    after_in_child=_after_fork_in_child,
)
