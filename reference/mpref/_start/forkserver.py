"""The start method forkserver, seen from a client: a process that wants a child.

The server is a fresh interpreter that forks on request (see `server`); `request_channel` tells how
it is asked. A child whose parent has given up finds its channel at the end, and leaves.
"""

from __future__ import annotations

import os
import pickle
import threading
from collections.abc import Sequence

from .. import process
from .._os import child_handle, descriptors, liveness
from . import (
    at_exit,
    interpreter,
    main_module,
    preparation,
    request_channel,
    standard_streams,
    surroundings,
)

__all__ = ["launch", "set_forkserver_preload"]

# How long the process that started the server waits at its exit for the server to end. It ends
# within 5 ms of its last client; when other clients live on it doesn't, as is right.
SERVER_GRACE_SECONDS = 0.5

_ON_ERROR = ("ignore", "warn", "fail")

_lock = threading.Lock()
_server: child_handle.Handle | None = None  # only in the process that started it
_exit_callback: at_exit.ExitCallback | None = None
_preload: list[str] = ["__main__"]
_on_error = "ignore"


def set_forkserver_preload(module_names: Sequence[str], *, on_error: str = "ignore") -> None:
    """Name the modules that the fork server imports at its beginning, for its children to have.

    Has to be called before the server is launched, that is, before the first child is started.

    module_names: a list of strings; `"__main__"` stands for the main module, which alone is
    imported when this isn't called. on_error: what happens when an import fails; with "ignore"
    nothing, with "warn" an ImportWarning on stderr, with "fail" the server exits with a traceback,
    and starting a child raises EOFError.

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


def launch(child: process.BaseProcess) -> child_handle.Handle:
    """Have the server fork a process that runs `child`; start the server when there is none.

    Raises what pickling `child` raises, OSError when the server can't fork or can't be started,
    and EOFError when it ends while it is beginning. Nothing of the child is left then.
    """
    standard_streams.flush()
    for _ in range(2):
        is_new = _ensure_server()
        try:
            return _request(child)
        except request_channel.ServerGone:
            # A server that answered before was killed: start another one. A new server that ended
            # without an answer would do so again.
            _forget_server()
            if is_new:
                break
    raise EOFError("the fork server ended instead of starting a process; its stderr says why")


def _request(child: process.BaseProcess) -> child_handle.Handle:
    data, fds, end = preparation.pack(child, channel_is_sentinel=False)
    try:
        status, their_status = descriptors.channel_pair()
        try:
            ours, theirs = descriptors.channel_pair()
        except BaseException:
            status.close()
            their_status.close()
            raise
        try:
            with their_status, theirs:
                request_channel.send_request(their_status, theirs)
            pid, pidfd = request_channel.receive_answer(status)
            handle = child_handle.ServedChild(pid, status, pidfd)
            try:
                preparation.send(ours, data, fds)
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


def _ensure_server() -> bool:
    """Have a server; says whether it is a new one."""
    with _lock:
        if request_channel.has_server():
            return False
        _drop()
        _start_server()
        return True


def _start_server() -> None:
    global _server, _exit_callback
    main = main_module.origin() if "__main__" in _preload else None
    main_module.refuse_unreadable(main)
    me = process.current_process()
    setup = request_channel.Setup(
        surroundings=surroundings.found(interpreter.import_path(), main_module.ORIGINAL_DIR),
        main=main,
        preload=[name for name in _preload if name != "__main__"],
        on_error=_on_error,
        parent_name=me.name,
        parent_pid=os.getpid(),
    )
    main_module.refuse_while_importing()
    ours, theirs = descriptors.channel_pair()
    try:
        with theirs:
            pid = interpreter.run("server", theirs)
        server = child_handle.watch(pid)
        end = liveness.dup_own_end()
        try:
            preparation.send(ours, pickle.dumps(setup), [end])
        finally:
            os.close(end)
    except BaseException:
        ours.close()
        raise
    request_channel.use(ours)
    _server = server
    if _exit_callback is None:
        _exit_callback = at_exit.last_of_all(_leave_server)


def _forget_server() -> None:
    with _lock:
        _drop()


def _drop() -> None:
    global _server
    request_channel.close()
    if _server is not None:
        # A killed server closes its descriptors a moment before it can be reaped.
        _server.wait(SERVER_GRACE_SECONDS)
        _server = None


def _leave_server() -> None:
    global _exit_callback
    _exit_callback = None
    request_channel.close()
    if _server is not None:
        # So that no process is left right after our exit.
        _server.wait(SERVER_GRACE_SECONDS)


def _after_fork_in_child() -> None:
    # A forked copy is a client like its original, but the server is not its child.
    global _lock, _server, _exit_callback
    _lock = threading.Lock()
    _server = _exit_callback = None


os.register_at_fork(after_in_child=_after_fork_in_child)
