"""The start method spawn: the child is a fresh interpreter, which is sent what it has to do."""

from __future__ import annotations

import os
import socket

from .. import process
from .._os import child_handle, descriptors, pidfd
from . import interpreter, main_module, preparation, standard_streams

__all__ = ["launch"]


def launch(child: process.BaseProcess) -> child_handle.Handle:
    """Run an interpreter that runs `child`.

    Raises what pickling `child` raises, RuntimeError while the main module is being imported, and
    OSError when the interpreter can't be run; nothing is left then.
    """
    main_module.refuse_unreadable(main_module.origin())
    standard_streams.flush()
    data, fds, end = preparation.pack(child, channel_is_sentinel=not pidfd.available())
    try:
        ours, theirs = descriptors.channel_pair()
        try:
            return _launch(ours, theirs, data, fds)
        finally:
            ours.close()
            theirs.close()
    finally:
        os.close(end)


def _launch(
    ours: socket.socket, theirs: socket.socket, data: bytes, fds: list[int]
) -> child_handle.Handle:
    pid = interpreter.run("child", theirs)
    theirs.close()
    # The child waits for the message before it does anything. When one of these steps fails, the
    # channel is closed, and the child sees its end and leaves.
    if pidfd.available():
        handle = child_handle.watch(pid)
    else:
        handle = child_handle.DirectChild(pid, os.dup(ours.fileno()), is_pidfd=False)
    try:
        preparation.send(ours, data, fds)
    except BaseException:
        ours.close()
        handle.wait()
        handle.close()
        raise
    return handle
