"""The start method forkserver, seen from a client: a process that wants a child.

The server is a fresh interpreter that forks on request (`_forkserver`). Between it and all of its
clients stands one channel, the door. Every client holds the same end, which children get from
their parents, so whoever holds it belongs to the family, and the server knows that its last client
has gone when the door is at its end. Nothing of it has a name.

A request carries two descriptors, fresh for each child: the channel on which the server answers
with the pid and later reports the exit status, and the one through which the new child gets its
orders from us, past the server. A child whose parent has given up finds that channel at its end,
and leaves.
"""

from __future__ import annotations

import errno
import os
import pickle
import socket
import struct
import threading
from typing import List, NamedTuple, Optional, Sequence, Tuple

from .. import process
from .._os import child_handle as _handle
from .._os import descriptors as _fds
from .._os import liveness as _life
from . import child as _child
from . import exit as _exit
from . import fork as _start_fork
from . import main_module as _main_module
from . import spawn as _start_spawn
from . import surroundings
from .surroundings import Surroundings

__all__ = ["REPLY", "Setup", "adopt", "door", "launch", "set_forkserver_preload"]

# The server's answer: pid, and the errno of a fork that failed (pid is 0 then).
REPLY = struct.Struct("<ii")

# How long the process that started the server waits at its exit for the server to end. It ends
# within 5 ms of its last client; when other clients live on it doesn't, as is right.
SERVER_GRACE_SECONDS = 0.5

_ON_ERROR = ("ignore", "warn", "fail")


class Setup(NamedTuple):
    """What the server is told when it begins."""

    surroundings: Surroundings
    main: Optional[_main_module.Origin]
    preload: List[str]
    on_error: str
    parent_name: str
    parent_pid: int


class _ServerGone(Exception):
    """The server does not answer any more."""


_lock = threading.Lock()
_door: Optional[socket.socket] = None
_server: Optional[_handle.Handle] = None  # only in the process that started it
_duty: Optional[_exit.Duty] = None
_preload: List[str] = ["__main__"]
_on_error = "ignore"


def set_forkserver_preload(module_names: Sequence[str], *, on_error: str = "ignore") -> None:
    """Name the modules that the fork server imports at its beginning, for its children to have.

    Has to be called before the server is launched, that is, before the first child is started.
    `"__main__"` stands for the main module, which alone is imported when this isn't called.
    `on_error` says what happens when an import fails: "ignore" nothing, "warn" an ImportWarning
    on stderr, "fail" the server exits with a traceback, and starting a child raises EOFError.
    Raises TypeError for names that are no strings, ValueError for another `on_error`.

    Anchor: multiprocessing.set_forkserver_preload
    """
    global _preload, _on_error
    if isinstance(module_names, str) or not all(isinstance(name, str) for name in module_names):
        raise TypeError(f"module_names must be a list of strings, not {module_names!r}")
    if on_error not in _ON_ERROR:
        raise ValueError(f"on_error must be one of {', '.join(_ON_ERROR)}, not {on_error!r}")
    _preload = list(module_names)
    _on_error = on_error


def launch(child: process.BaseProcess) -> _handle.Handle:
    """Have the server fork a process that runs `child`; start the server when there is none.

    Raises what pickling `child` raises, OSError when the server can't fork or can't be started,
    and EOFError when it ends while it is beginning. Nothing of the child is left then.
    """
    _child.flush_standard_streams()
    for _ in range(2):
        is_new = _ensure_server()
        try:
            return _request(child)
        except _ServerGone:
            # One that served before was killed; its successor gets a chance. One that never served
            # would fail again.
            _forget_server()
            if is_new:
                break
    raise EOFError("the fork server ended instead of starting a process; its stderr says why")


def door() -> Optional[int]:
    """The descriptor by which this process reaches its server, or None when it has none."""
    return None if _door is None else _door.fileno()


def adopt(fd: int) -> None:
    """Use the server behind `fd`: for a child, whose parent handed it over."""
    global _door
    before, _door = _door, socket.socket(fileno=fd)
    if before is not None:
        before.close()


def _request(child: process.BaseProcess) -> _handle.Handle:
    data, fds, end = _child.pack(child, channel_is_sentinel=False)
    try:
        status, their_status = _fds.channel_pair()
        try:
            ours, theirs = _fds.channel_pair()
        except BaseException:
            status.close()
            their_status.close()
            raise
        try:
            with their_status, theirs:
                _knock([their_status.fileno(), theirs.fileno()])
            pid, pidfd = _answer(status)
            handle = _handle.ServedChild(pid, status, pidfd)
            try:
                _child.send(ours, data, fds)
            except BaseException:
                ours.close()
                handle.wait()
                handle.close()
                raise
            return handle
        except BaseException:
            status.close()
            raise
        finally:
            ours.close()
    finally:
        os.close(end)


def _knock(fds: List[int]) -> None:
    server = _door
    try:
        if server is None:
            raise _ServerGone
        _fds.send_fds(server, fds)
    except ConnectionError:
        raise _ServerGone from None
    except OSError as error:
        if error.errno == errno.EBADF:  # another thread has just found it dead
            raise _ServerGone from None
        raise


def _answer(status: socket.socket) -> Tuple[int, Optional[int]]:
    try:
        data, fds = _fds.receive_with_fds(status, REPLY.size)
    except (EOFError, ConnectionError):
        raise _ServerGone from None
    pid, error = REPLY.unpack(data)
    if error:
        _fds.close_all(fds)
        raise OSError(error, f"the fork server can't fork: {os.strerror(error)}")
    return pid, (fds[0] if fds else None)


def _ensure_server() -> bool:
    """Have a server; says whether it is a new one."""
    with _lock:
        # The server never writes to the door: it is readable only when nobody is behind it.
        if _door is not None and not _fds.ready(_door.fileno(), 0):
            return False
        _drop()
        _start_server()
        return True


def _start_server() -> None:
    global _door, _server, _duty
    main = _main_module.origin() if "__main__" in _preload else None
    _main_module.refuse_unreadable(main)
    me = process.current_process()
    setup = Setup(
        surroundings=surroundings.found(_child.import_path(), _main_module.ORIGINAL_DIR),
        main=main,
        preload=[name for name in _preload if name != "__main__"],
        on_error=_on_error,
        parent_name=me.name,
        parent_pid=os.getpid(),
    )
    _child.refuse_while_importing()
    ours, theirs = _fds.channel_pair()
    try:
        with theirs:
            pid = _start_spawn.run_interpreter("server", theirs)
        server = _start_fork.watch(pid)
        end = _life.dup_own_end()
        try:
            _child.send(ours, pickle.dumps(setup), [end])
        finally:
            os.close(end)
    except BaseException:
        ours.close()
        raise
    _door, _server = ours, server
    if _duty is None:
        _duty = _exit.last_of_all(_leave_server)


def _forget_server() -> None:
    with _lock:
        _drop()


def _drop() -> None:
    global _door, _server
    if _door is not None:
        _door.close()
        _door = None
    if _server is not None:
        # A killed server closes its descriptors a moment before it can be reaped.
        _server.wait(SERVER_GRACE_SECONDS)
        _server = None


def _leave_server() -> None:
    global _door, _duty
    _duty = None
    if _door is not None:
        _door.close()
        _door = None
    if _server is not None:
        # So that who looks for leftovers right after our exit finds none.
        _server.wait(SERVER_GRACE_SECONDS)


def _after_fork_in_child() -> None:
    # A forked copy is a client like its original, but the server is not its child.
    global _lock, _server, _duty
    _lock = threading.Lock()
    _server = _duty = None


os.register_at_fork(after_in_child=_after_fork_in_child)
