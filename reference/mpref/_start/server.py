"""The fork server: a process with one thread, which forks when a client asks for it.

It waits for two descriptors: the request channel, which is at its end when the last client has
gone, and a pipe that SIGCHLD writes to. `request_channel` tells what the requests look like.

SIGINT is held back here and not ignored: a forked child begins as its parent is, and one that
ignored the signal would lose an interrupt sent right after its start.
"""

from __future__ import annotations

import atexit
import importlib
import os
import pickle
import select
import signal
import socket
import sys
import warnings

from .. import process
from .._os import child_handle, descriptors, pidfd
from . import at_exit, child, interrupts, main_module, request_channel, standard_streams

__all__ = ["main"]


def main(fd: int, interrupts_blocked: bool) -> None:
    """Where the server begins: `fd` is its end of the request channel. Does not return."""
    channel = socket.socket(fileno=fd)
    channel.set_inheritable(False)
    try:
        fds = descriptors.receive_fds(channel)
    except (EOFError, ConnectionError):
        os._exit(0)  # who started us is gone
    with open(fds[0], "rb") as file:
        setup: request_channel.Setup = pickle.load(file)
    _introduce(setup, fds[1])
    standard_streams.replace_stdin()
    _preload(setup)
    standard_streams.flush()
    _Server(channel, interrupts_blocked).run()
    getattr(atexit, "_run_exitfuncs", at_exit.run)()
    standard_streams.flush()
    os._exit(0)


class _Server:
    def __init__(self, channel: socket.socket, interrupts_blocked: bool) -> None:
        self._requests = channel
        self._interrupts_blocked = interrupts_blocked
        self._statuses: dict[int, socket.socket] = {}
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
        poll.register(self._requests, select.POLLIN)
        poll.register(self._wakeup, select.POLLIN)
        while True:
            events = dict(poll.poll())
            if self._wakeup in events:
                self._reap()
            if self._requests.fileno() in events and not self._serve():
                return

    def _serve(self) -> bool:
        try:
            status, orders = request_channel.receive_request(self._requests)
        except (EOFError, ConnectionError):
            return False
        except OSError:
            return True  # no room for the descriptors: the client finds its channel at its end
        try:
            pid = self._fork(status, orders)
        except OSError as error:
            request_channel.send_answer(status, 0, error.errno or 0, [])
            status.close()
        else:
            self._statuses[pid] = status
            pidfds = _watch(pid)
            request_channel.send_answer(status, pid, 0, pidfds)
            descriptors.close_all(pidfds)
        orders.close()
        return True

    def _fork(self, status: socket.socket, orders: socket.socket) -> int:
        server = os.getpid()
        code = 1
        standard_streams.flush()
        try:
            with warnings.catch_warnings():
                # A thread that has been joined counts for a moment longer, and under `-W error`
                # the warning of it would end the server.
                warnings.simplefilter("ignore", DeprecationWarning)
                pid = os.fork()
            if pid == 0:
                code = self._begin_child(status, orders)
        finally:
            # No way leads a child back into the server's loop.
            if os.getpid() != server:
                os._exit(code)
        return pid

    def _begin_child(self, status: socket.socket, orders: socket.socket) -> int:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, self._sigchld or signal.SIG_DFL)
        if signal.SIGCHLD in self._mask:
            signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCHLD])
        descriptors.close_all([self._wakeup, self._waker])
        # A copy of a sibling's channel would keep its parent from noticing a dead server.
        for each in [self._requests, status, *self._statuses.values()]:
            each.close()
        child.forget_exit_handlers()
        on_ready = interrupts.release(self._interrupts_blocked)
        return child.leave_forked(child.serve(orders, on_ready))

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
                status.send(child_handle.STATUS.pack(wait_status))
            except OSError:
                pass  # its parent is gone
            status.close()


def _introduce(setup: request_channel.Setup, parent_end: int) -> None:
    # Modules that are preloaded may ask who they are in; this is no main process.
    me = process.current_process()
    me.name = "ForkServer"
    key = me.authkey
    parent = process.Parent(setup.parent_name, setup.parent_pid, key, parent_end)
    process.become(me, parent)
    setup.surroundings.apply()
    main_module.ORIGINAL_DIR = setup.surroundings.original_dir


def _preload(setup: request_channel.Setup) -> None:
    if setup.main is not None:
        try:
            main_module.load(setup.main, setup.surroundings)
        except BaseException:
            # Each child tries again, and reports it as its own.
            main_module.unload()
        _disarm_watchdog()
    for name in setup.preload:
        try:
            importlib.import_module(name)
        except Exception as error:
            if setup.on_error == "fail":
                raise
            if setup.on_error == "warn":
                _warn(name, error)


def _disarm_watchdog() -> None:
    """Drop the watchdog that the main module may have armed at its top.

    It is for the program. It would end the server, and copies of an interpreter with an armed one
    wait for ever when they set their own.
    """
    faulthandler = sys.modules.get("faulthandler")
    if faulthandler is None:
        return  # then nobody has armed one
    # Setting one replaces the other: PyPy 3.9 waits for ever when there is none to cancel.
    faulthandler.dump_traceback_later(3600)
    faulthandler.cancel_dump_traceback_later()


def _warn(name: str, error: Exception) -> None:
    # ImportWarning is ignored by default, and this one was asked for.
    with warnings.catch_warnings():
        warnings.simplefilter("always", ImportWarning)
        warnings.warn(
            f"the fork server can't preload {name!r}: {type(error).__name__}: {error}",
            ImportWarning,
            stacklevel=2,
        )


def _watch(pid: int) -> list[int]:
    # Opened here, before the child can be reaped: its parent could get a stranger's.
    try:
        return [pidfd.open_pidfd(pid)] if pidfd.available() else []
    except OSError:
        return []


def _nothing(signum: int, frame: object) -> None:
    """A handler, as SIGCHLD wakes nobody without one."""
