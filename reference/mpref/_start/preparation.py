"""What a fresh interpreter has to know of its parent before it can load its process object.

The parent makes a `Preparation` and sends it with the process object, in one message: some
descriptors, of which the first is an anonymous file that holds the two pickles. The child applies
the one before it loads the other, as loading needs `sys.path` and the main module.
"""

from __future__ import annotations

import os
import socket
import sys
from typing import Any, NamedTuple

from .. import process
from .._ipc import reduction
from .._os import descriptors, liveness
from . import executable, interpreter, main_module, method, request_channel, surroundings, tracker
from .surroundings import Surroundings

__all__ = ["Preparation", "apply", "introduce", "pack", "send"]

_LOGGING = f"{__name__.partition('.')[0]}._logging"


class Preparation(NamedTuple):
    """What the child has to know; `introduce` and `apply` use it."""

    name: str
    authkey: bytes
    parent_name: str
    parent_pid: int
    parent_key: bytes
    parent_end: reduction.DupFd
    start_method: str | None
    executable: str
    surroundings: Surroundings
    main: main_module.Origin | None
    server: reduction.DupFd | None
    family: reduction.DupFd
    log_settings: tuple[int, int, bool] | None
    channel_is_sentinel: bool
    ignores_interrupts: bool


# --- in the parent -------------------------------------------------------------------------------


def pack(child: process.BaseProcess, channel_is_sentinel: bool) -> tuple[bytes, list[int], int]:
    """What to send to a new child: the bytes, the descriptors, and one of these to close after.

    Raises RuntimeError when this process is itself just importing its main module, and whatever
    pickling `child` raises.
    """
    main_module.refuse_while_importing()
    me = process.current_process()
    end = liveness.dup_own_end()
    try:
        with reduction.starting(child), reduction.collecting_fds() as fds:
            server = request_channel.descriptor()
            preparation = Preparation(
                name=child.name,
                authkey=bytes(child.authkey),
                parent_name=me.name,
                parent_pid=os.getpid(),
                parent_key=bytes(me.authkey),
                parent_end=reduction.DupFd(end),
                start_method=method.chosen(),
                executable=executable.get_executable(),
                surroundings=surroundings.found(
                    interpreter.import_path(), main_module.ORIGINAL_DIR
                ),
                main=main_module.origin(),
                server=None if server is None else reduction.DupFd(server),
                family=reduction.DupFd(tracker.family()),
                log_settings=_log_settings(),
                channel_is_sentinel=channel_is_sentinel,
                ignores_interrupts=child._mp_ignores_interrupts,
            )
            data = reduction.dumps(preparation) + reduction.dumps(child)
        return data, list(fds), end
    except BaseException:
        os.close(end)
        raise


def send(channel: socket.socket, data: bytes, fds: list[int]) -> None:
    """Send what `pack` made through a child's channel. A child that has ended is no error."""
    file = descriptors.anonymous_file(data)
    try:
        descriptors.send_fds(channel, [file, *fds])
    except ConnectionError:
        pass  # its exit code tells
    finally:
        os.close(file)


def _log_settings() -> tuple[int, int, bool] | None:
    # Only a program that has asked for the logger has loaded the module, whose import is slow. A
    # bare tuple, so that a child which does not log need not load it to unpickle this.
    logging: Any = sys.modules.get(_LOGGING)
    settings = None if logging is None else logging.settings()
    return None if settings is None else tuple(settings)


# --- in the child --------------------------------------------------------------------------------


def introduce(preparation: Preparation) -> process.Parent:
    """Set what the main module finds when it asks which process it is in.

    The process object itself is loaded later, as it may refer to the main module.
    """
    me = process.current_process()
    me.name = preparation.name
    me.authkey = preparation.authkey
    parent = process.Parent(
        preparation.parent_name,
        preparation.parent_pid,
        preparation.parent_key,
        preparation.parent_end.detach(),
    )
    process.become(me, parent)
    return parent


def apply(preparation: Preparation) -> None:
    """Make this interpreter like the parent's, up to the main module."""
    # First, so that what the main module makes when it is imported belongs to the family already.
    tracker.adopt(preparation.family.detach())
    if preparation.log_settings is not None:
        from .. import _logging  # slow to import

        _logging.apply(_logging.Settings(*preparation.log_settings))
    if preparation.server is not None:
        request_channel.adopt(preparation.server.detach())
    executable.set_executable(preparation.executable)
    preparation.surroundings.apply()
    main_module.ORIGINAL_DIR = preparation.surroundings.original_dir
    if preparation.start_method is not None:
        method.choose(preparation.start_method)
