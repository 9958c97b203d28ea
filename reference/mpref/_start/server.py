"""The fork server: a process with one thread, which forks when a client asks for it.

Its whole life is a loop over two descriptors: the door, through which requests come and which is at
its end when the last client has gone, and a pipe that SIGCHLD writes to. What the requests look
like says `_start_forkserver`.

SIGINT is held back here and not ignored: a forked child begins as its parent is, and one that
ignored the signal would lose an interrupt sent right after its start.
"""

from __future__ import annotations

import array
import atexit
import faulthandler
import importlib
import os
import pickle
import select
import signal
import socket
import warnings
from typing import Dict, List

from .. import process
from .._os import child_handle as _handle
from .._os import descriptors as _fds
from .._os import pidfd as _pidfd
from . import child as _child
from . import exit as _exit
from . import main_module as _main_module
from .forkserver import REPLY, Setup

__all__ = ["main"]


def main(fd: int, interrupts_blocked: bool) -> None:
    """Where the server begins: `fd` is its side of the door. Does not return."""
    door = socket.socket(fileno=fd)
    door.set_inheritable(False)
    try:
        fds = _fds.receive_fds(door)
    except (EOFError, ConnectionError):
        os._exit(0)  # who started us is gone
    with open(fds[0], "rb") as file:
        setup: Setup = pickle.load(file)
    _introduce(setup, fds[1])
    _child.replace_stdin()
    _preload(setup)
    _child.flush_standard_streams()
    _Server(door, interrupts_blocked).run()
    getattr(atexit, "_run_exitfuncs", _exit.run)()
    _child.flush_standard_streams()
    os._exit(0)


class _Server:
    def __init__(self, door: socket.socket, interrupts_blocked: bool) -> None:
        self._door = door
        self._interrupts_blocked = interrupts_blocked
        self._statuses: Dict[int, socket.socket] = {}
        self._wakeup, self._waker = os.pipe()
        os.set_blocking(self._wakeup, False)
        os.set_blocking(self._waker, False)
        self._sigchld = signal.signal(signal.SIGCHLD, _nothing)
        # A program that takes its signals itself (sigwait, signalfd) has them held back in the
        # thread that started this server: then nothing would tell that a child has ended.
        self._mask = signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGCHLD])
        signal.set_wakeup_fd(self._waker, warn_on_full_buffer=False)

    def run(self) -> None:
        """Serve until the last client has gone."""
        poll = select.poll()
        poll.register(self._door, select.POLLIN)
        poll.register(self._wakeup, select.POLLIN)
        while True:
            events = dict(poll.poll())
            if self._wakeup in events:
                self._reap()
            if self._door.fileno() in events and not self._serve():
                return

    def _serve(self) -> bool:
        try:
            status_fd, channel_fd = _fds.receive_fds(self._door)
        except (EOFError, ConnectionError):
            return False
        except OSError:
            return True  # no room for the descriptors: the client finds its channel at its end
        status = socket.socket(fileno=status_fd)
        channel = socket.socket(fileno=channel_fd)
        try:
            pid = self._fork(status, channel)
        except OSError as error:
            _reply(status, 0, error.errno or 0, [])
            status.close()
        else:
            self._statuses[pid] = status
            pidfds = _watch(pid)
            _reply(status, pid, 0, pidfds)
            _fds.close_all(pidfds)
        channel.close()
        return True

    def _fork(self, status: socket.socket, channel: socket.socket) -> int:
        server = os.getpid()
        code = 1
        _child.flush_standard_streams()
        try:
            pid = os.fork()
            if pid == 0:
                code = self._begin_child(status, channel)
        finally:
            # No way leads a child back into the server's loop.
            if os.getpid() != server:
                os._exit(code)
        return pid

    def _begin_child(self, status: socket.socket, channel: socket.socket) -> int:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, self._sigchld or signal.SIG_DFL)
        if signal.SIGCHLD in self._mask:
            signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCHLD])
        _fds.close_all([self._wakeup, self._waker])
        # A copy of a sibling's channel would keep its parent from noticing a dead server.
        for each in [self._door, status, *self._statuses.values()]:
            each.close()
        _child.forget_exit_handlers()
        on_ready = _child.interrupts_release(self._interrupts_blocked)
        return _child.leave_forked(_child.serve(channel, on_ready))

    def _reap(self) -> None:
        try:
            while os.read(self._wakeup, 512):
                pass
        except BlockingIOError:
            pass
        while True:
            try:
                pid, wait_status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            status = self._statuses.pop(pid, None)
            if status is None:
                continue  # a process that a preloaded module had started
            try:
                status.send(_handle.STATUS.pack(wait_status))
            except OSError:
                pass  # its parent is gone
            status.close()


def _introduce(setup: Setup, parent_end: int) -> None:
    # Modules that are preloaded may ask who they are in; this is no main process.
    me = process.current_process()
    me.name = "ForkServer"
    key = me.authkey
    parent = process.Parent(setup.parent_name, setup.parent_pid, key, parent_end)
    process.become(me, parent)
    setup.surroundings.apply()
    _main_module.ORIGINAL_DIR = setup.surroundings.original_dir


def _preload(setup: Setup) -> None:
    if setup.main is not None:
        try:
            _main_module.load(setup.main, setup.surroundings)
        except BaseException:
            # Each child tries again, and reports it as its own.
            _main_module.unload()
        # A watchdog of the main module's is for the program: it would end the server, and copies of
        # an interpreter with an armed one wait for ever when they set their own.
        faulthandler.cancel_dump_traceback_later()
    for name in setup.preload:
        try:
            importlib.import_module(name)
        except Exception as error:
            if setup.on_error == "fail":
                raise
            if setup.on_error == "warn":
                _warn(name, error)


def _warn(name: str, error: Exception) -> None:
    # ImportWarning is ignored by default, and this one was asked for.
    with warnings.catch_warnings():
        warnings.simplefilter("always", ImportWarning)
        warnings.warn(
            f"the fork server can't preload {name!r}: {type(error).__name__}: {error}",
            ImportWarning,
            stacklevel=2,
        )


def _watch(pid: int) -> List[int]:
    # Opened here, before the child can be reaped: its parent could get a stranger's.
    try:
        return [_pidfd.open_pidfd(pid)] if _pidfd.available() else []
    except OSError:
        return []


def _reply(status: socket.socket, pid: int, error: int, fds: List[int]) -> None:
    rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))] if fds else []
    try:
        status.sendmsg([REPLY.pack(pid, error)], rights)
    except OSError:
        pass  # the parent is gone, and its child will find that out by itself


def _nothing(signum: int, frame: object) -> None:
    """A handler, as SIGCHLD wakes nobody without one."""
