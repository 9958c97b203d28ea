"""Objects to messages and back, with the file descriptors that belong to them."""

import os
from collections.abc import Sequence
from typing import Any

from .._os import descriptors
from . import channels, payloads, reduction


def pack(obj: Any) -> tuple[bytes, list[int]]:
    """The pickle of `obj`, and the descriptors that have to be sent along with it.

    The descriptors still belong to the pickled objects. To send them later than these are closed,
    `keep()` duplicates of them.
    """
    with reduction.collecting_fds() as fds:
        data = reduction.dumps(obj)
    return data, fds


def pack_apart(obj: Any) -> tuple[payloads.Payload, list[int]]:
    """As `pack`, but large buffers of the objects are not copied.

    For channels with `carries_buffers`. The buffers change when the objects do: to send them later,
    take `copied()` ones.
    """
    with reduction.collecting_fds() as fds:
        data, buffers = reduction.dumps_apart(obj, channels.INLINE_BYTES)
    return payloads.OutOfBandPickle(data, buffers) if buffers else data, fds


def keep(fds: Sequence[int]) -> list[int]:
    """Duplicates of `fds`, which the caller has to close."""
    kept: list[int] = []
    try:
        for fd in fds:
            kept.append(os.dup(fd))  # noqa: PERF401 (should one fail, the others are closed)
    except BaseException:
        descriptors.close_all(kept)
        raise
    return kept


def unpack(payload: payloads.Payload, fds: list[int]) -> Any:
    """The object of a received message. The descriptors belong to it from now on."""
    if not fds:
        return _load(payload)
    with reduction.providing_fds(fds):
        return _load(payload)


def _load(payload: payloads.Payload) -> Any:
    if isinstance(payload, payloads.OutOfBandPickle):
        return reduction.loads(payload.pickle, buffers=payload.buffers)
    return reduction.loads(payload)
