"""The start method fork: the child is a copy of its parent."""

from __future__ import annotations

import os
from typing import Optional

from .. import process
from .._os import child_handle as _handle
from .._os import descriptors as _fds
from .._os import liveness as _life
from .._os import pidfd as _pidfd
from . import child as _child
from . import tracker as _tracker

__all__ = ["launch"]


def launch(child: process.BaseProcess) -> _handle.Handle:
    """Fork a process that runs `child`. Raises OSError, leaving nothing, when it can't."""
    _child.flush_standard_streams()
    # The family must exist before it branches.
    _tracker.family()
    me = process.current_process()
    # This descriptor is for the child. It also keeps a place in our table, which the sentinel gets,
    # so that a full table is noticed before there is a child.
    end = _life.dup_own_end()
    sentinel: Optional[int] = None
    writer: Optional[int] = None
    try:
        if not _pidfd.available():
            sentinel, writer = os.pipe()
            _fds.guard_in_forks(writer, except_next=True)
        parent = process.Parent(me.name, os.getpid(), me.authkey, end)
        pid = _fork(child, parent)
    except BaseException:
        os.close(end)
        if sentinel is not None and writer is not None:
            _fds.unguard(writer)
            _fds.close_all([sentinel, writer])
        raise
    os.close(end)
    if sentinel is not None and writer is not None:
        _fds.unguard(writer)
        os.close(writer)
        return _handle.DirectChild(pid, sentinel, is_pidfd=False)
    return watch(pid)


def watch(pid: int) -> _handle.Handle:
    """The handle of the child `pid` of this process, by a process descriptor."""
    try:
        return _handle.DirectChild(pid, _pidfd.open_pidfd(pid), is_pidfd=True)
    except ProcessLookupError:
        # It has ended already and somebody else collected it.
        return _handle.DirectChild(pid, _fds.dead_end(), is_pidfd=False)
    except BaseException:
        # Another thread took the last free descriptor: a child that can't be watched is not kept.
        os.kill(pid, 9)
        os.waitpid(pid, 0)
        raise


def _fork(child: process.BaseProcess, parent: process.Parent) -> int:
    code = 1
    pid = -1
    mask = _child.block_interrupts()
    # An exception of any kind, also one out of a signal handler, must not carry the copy up into
    # the frames of the original: hence the pid is compared, and not the result of fork().
    try:
        pid = os.fork()
        if pid == 0:
            code = _child.run_forked(child, parent, lambda: _child.unblock_interrupts(mask))
    finally:
        if os.getpid() != parent.pid:
            os._exit(code)
        _child.unblock_interrupts(mask)
    return pid
