"""How others learn that this process has ended: by a descriptor that turns readable then.

A process descriptor does that by itself. Where there are none, this process keeps the writing end
of a pipe open for as long as it lives, and gives copies of the reading end away.
"""

from __future__ import annotations

import os
import threading

from . import descriptors, pidfd

__all__ = ["dup_own_end"]

_lock = threading.Lock()
_own: int | None = None
_writer: int | None = None


def dup_own_end() -> int:
    """A new descriptor that gets ready when this process ends; the caller closes it."""
    global _own, _writer
    with _lock:
        if _own is None:
            if pidfd.available():
                _own = pidfd.open_pidfd(os.getpid())
            else:
                _own, _writer = os.pipe()
                descriptors.guard_in_forks(_writer)
        return descriptors.duplicate(_own)


def _after_fork_in_child() -> None:
    # The copy is another process and needs descriptors of its own. `guard_in_forks` has closed the
    # original's writing end in it.
    global _lock, _own, _writer
    _lock = threading.Lock()
    if _own is not None:
        descriptors.close_all([_own])
    _own = _writer = None


os.register_at_fork(after_in_child=_after_fork_in_child)
