"""The start method fork: the child is a copy of its parent."""

from __future__ import annotations

import os

from .. import process
from .._os import child_handle, descriptors, liveness, pidfd
from . import interrupts, standard_streams, tracker
from .child import run_forked

__all__ = ["launch"]


def launch(child: process.BaseProcess) -> child_handle.Handle:
    """Fork a process that runs `child`. Raises OSError, leaving nothing, when it can't."""
    standard_streams.flush()
    # The registry of the family must exist in both processes.
    tracker.family()
    me = process.current_process()
    # This descriptor is for the child. It also keeps a place in our table, which the sentinel gets,
    # so that a full table is noticed before there is a child.
    end = liveness.dup_own_end()
    sentinel: int | None = None
    writer: int | None = None
    try:
        if not pidfd.available():
            sentinel, writer = os.pipe()
            descriptors.guard_in_forks(writer, except_next=True)
        parent = process.Parent(me.name, os.getpid(), me.authkey, end)
        pid = _fork(child, parent)
    except BaseException:
        os.close(end)
        if sentinel is not None and writer is not None:
            descriptors.unguard(writer)
            descriptors.close_all([sentinel, writer])
        raise
    os.close(end)
    if sentinel is not None and writer is not None:
        descriptors.unguard(writer)
        os.close(writer)
        return child_handle.DirectChild(pid, sentinel, is_pidfd=False)
    return child_handle.watch(pid)


def _fork(child: process.BaseProcess, parent: process.Parent) -> int:
    code = 1
    pid = -1
    mask = interrupts.block()
    # An exception of any kind, also one out of a signal handler, must not carry the copy up into
    # the frames of the original: hence the pid is compared, and not the result of fork().
    try:
        pid = os.fork()
        if pid == 0:
            code = run_forked(child, parent, lambda: interrupts.unblock(mask))
    finally:
        if os.getpid() != parent.pid:
            os._exit(code)
        interrupts.unblock(mask)
    return pid
