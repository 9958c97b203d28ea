"""The start method spawn: the child is a fresh interpreter that is told what to do."""

from __future__ import annotations

import os
import signal
import socket
import sys
from typing import List

from .. import process
from .._os import child_handle as _handle
from .._os import descriptors as _fds
from .._os import pidfd as _pidfd
from . import child as _child
from . import executable as misc
from . import fork as _start_fork
from . import main_module as _main_module

__all__ = ["interpreter_options", "launch", "run_interpreter"]


def launch(child: process.BaseProcess) -> _handle.Handle:
    """Run an interpreter that runs `child`.

    Raises what pickling `child` raises, RuntimeError while the main module is being imported, and
    OSError when the interpreter can't be run; nothing is left then.
    """
    _main_module.refuse_unreadable(_main_module.origin())
    _child.flush_standard_streams()
    data, fds, end = _child.pack(child, channel_is_sentinel=not _pidfd.available())
    try:
        ours, theirs = _fds.channel_pair()
        try:
            return _launch(ours, theirs, data, fds)
        finally:
            ours.close()
            theirs.close()
    finally:
        os.close(end)


def _launch(
    ours: socket.socket, theirs: socket.socket, data: bytes, fds: List[int]
) -> _handle.Handle:
    pid = run_interpreter("child", theirs)
    theirs.close()
    # Until it has the message the child does nothing: should anything fail, the end of the channel
    # sends it away.
    if _pidfd.available():
        handle = _start_fork.watch(pid)
    else:
        handle = _handle.DirectChild(pid, os.dup(ours.fileno()), is_pidfd=False)
    try:
        _child.send(ours, data, fds)
    except BaseException:
        ours.close()
        handle.wait()
        handle.close()
        raise
    return handle


def run_interpreter(module: str, channel: socket.socket) -> int:
    """Run `mpref._start.MODULE.main(channel, ...)` in a fresh interpreter; returns its pid.

    It inherits the standard streams and `channel`, and no other descriptor.
    """
    import subprocess  # only who starts an interpreter needs it, and it is slow to import

    mask = _child.block_interrupts()
    try:
        package = __name__.rpartition(".")[0]
        code = (
            # The path comes first: without it the bootstrap would look for its modules in the
            # current directory, where a program may well have a queue.py of its own.
            f"import sys; sys.path[:] = {_child.import_path()!a}; "
            f"from {package}.{module} import main; "
            f"main({channel.fileno()}, {signal.SIGINT in mask})"
        )
        command = [misc.get_executable(), *interpreter_options(), "-c", code]
        popen = subprocess.Popen(command, pass_fds=[channel.fileno()])
    finally:
        _child.unblock_interrupts(mask)
    # The process is ours to wait for: with a return code the module will not touch it again.
    popen.returncode = 0
    return popen.pid


def interpreter_options() -> List[str]:
    """The options of this interpreter that change what a program does, for a child to have too."""
    flags = sys.flags
    options: List[str] = []
    for letter, count in (
        ("b", flags.bytes_warning),
        ("d", flags.debug),
        ("B", flags.dont_write_bytecode),
        ("O", flags.optimize),
        ("v", flags.verbose),
    ):
        options += [f"-{letter}"] * int(count)
    if flags.isolated:
        options.append("-I")
    else:
        if flags.ignore_environment:
            options.append("-E")
        if flags.no_user_site:
            options.append("-s")
        if getattr(flags, "safe_path", False):
            options.append("-P")
    if flags.no_site:
        options.append("-S")
    # There is no flag for -u, but the stream that the interpreter made shows it.
    if getattr(sys.__stdout__, "write_through", False):
        options.append("-u")
    options += [f"-W{option}" for option in sys.warnoptions]
    for name, value in getattr(sys, "_xoptions", {}).items():
        options += ["-X", name if value is True else f"{name}={value}"]
    return options
