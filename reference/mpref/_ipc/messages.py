"""Objects to messages and back, with the file descriptors that belong to them."""

import os
from typing import Any, List, Sequence, Tuple

from .._os import descriptors
from . import channels, reduction


def pack(obj: Any) -> Tuple[bytes, List[int]]:
    """The pickle of `obj`, and the descriptors that have to go along with it.

    The descriptors are those of the objects themselves: still theirs, and only good as long
    as these are open. Who sends later has to `keep()` them.
    """
    with reduction.collecting_fds() as fds:
        data = reduction.dumps(obj)
    return data, fds


def pack_apart(obj: Any) -> Tuple[channels.Payload, List[int]]:
    """As `pack`, with large buffers of the objects left where they are.

    For channels that carry such (`carries_buffers`). They are good as long as nobody changes
    the objects: who sends later has to take `copied()` ones.
    """
    with reduction.collecting_fds() as fds:
        data, buffers = reduction.dumps_apart(obj, channels.INLINE_BYTES)
    return channels.OutOfBandPickle(data, buffers) if buffers else data, fds


def keep(fds: Sequence[int]) -> List[int]:
    """Duplicates of `fds`, the caller's to close."""
    kept: List[int] = []
    try:
        for fd in fds:
            kept.append(os.dup(fd))
    except BaseException:
        descriptors.close_all(kept)
        raise
    return kept


def unpack(payload: channels.Payload, fds: List[int]) -> Any:
    """The object of a received message. Takes over the descriptors."""
    if not fds:
        return _load(payload)
    with reduction.providing_fds(fds):
        return _load(payload)


def _load(payload: channels.Payload) -> Any:
    if isinstance(payload, channels.OutOfBandPickle):
        return reduction.loads(payload.pickle, buffers=payload.buffers)
    return reduction.loads(payload)
