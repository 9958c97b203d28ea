"""What a parent holds of a started child: its pid, its sentinel, and a way to its exit code."""

from __future__ import annotations

import os
import socket
import struct
import threading
import time
import weakref
from typing import Callable

from . import descriptors, pidfd, weak

__all__ = [
    "STATUS",
    "UNKNOWN_EXIT",
    "DirectChild",
    "Handle",
    "ServedChild",
    "watch",
    "when_killed",
]

# Called when a child has ended that was perhaps killed, and so may have left something undone that
# others wait for. `_sync.semaphore` wakes all sleepers then.
when_killed: list[Callable[[], None]] = []
# While it waits for one child, `Handle.wait` looks this often whether others have been killed.
_LOOK_AROUND_SECONDS = 0.25

# The exit code of a child that has ended while nobody can say how: SIGCHLD is ignored, somebody
# else reaped it, or the fork server died before it could report (CPython gives 255 then, too).
UNKNOWN_EXIT = 255

# How the fork server reports a wait status.
STATUS = struct.Struct("<i")

# Where there are no process descriptors, a child that ends closes its end of the sentinel pipe
# some microseconds before it can be reaped. A caller that has seen the sentinel get ready must not
# be told that the child is alive. So waitpid() is called again, at this interval, for this long in
# all; a child that closed the pipe and still runs is reported as alive after that.
_ZOMBIE_POLL_SECONDS = 0.001
_ZOMBIE_DELAY_SECONDS = 0.1


def watch(pid: int) -> Handle:
    """The handle of the child `pid` of this process, by a process descriptor."""
    try:
        return DirectChild(pid, pidfd.open_pidfd(pid), is_pidfd=True)
    except ProcessLookupError:
        # It has ended already and somebody else collected it.
        return DirectChild(pid, descriptors.dead_end(), is_pidfd=False)
    except BaseException:
        # Another thread took the last free descriptor: a child that can't be watched is not kept.
        os.kill(pid, 9)
        os.waitpid(pid, 0)
        raise


class Handle:
    """A started child of this process. Its methods may be called by several threads at a time."""

    def __init__(self, pid: int, sentinel: int, *, is_pidfd: bool) -> None:
        self.pid = pid
        self.sentinel = sentinel
        self.exitcode: int | None = None
        self._is_pidfd = is_pidfd
        # Held around every waitpid() and every signal, so that no thread sends a signal to a pid
        # that another thread has just given back to the system by reaping the child.
        self._lock = threading.Lock()
        self._open = True
        self._end_is_known = False
        _handles.add(self)

    def poll(self) -> int | None:
        """The exit code, or None while the child runs; reaps it when it has ended."""
        if self.exitcode is None:
            with self._lock:
                if self.exitcode is None:
                    self.exitcode = self._collect()
            if self.exitcode is not None:
                _handles.discard(self)
                if self.exitcode < 0 or self.exitcode == UNKNOWN_EXIT:
                    _tell_killed()
        return self.exitcode

    def wait(self, timeout: float | None = None) -> int | None:
        """Like `poll`, but wait for the end at most `timeout` seconds (None: without limit)."""
        if self.poll() is not None:
            return self.exitcode
        deadline = None if timeout is None else time.monotonic() + timeout
        if not self._await_sentinel(deadline):
            return self.poll()
        while self.poll() is None and (deadline is None or time.monotonic() < deadline):
            time.sleep(_ZOMBIE_POLL_SECONDS)
        return self.exitcode

    def _await_sentinel(self, deadline: float | None) -> bool:
        while True:
            left = _LOOK_AROUND_SECONDS
            if deadline is not None:
                left = min(left, deadline - time.monotonic())
            if descriptors.ready(self.sentinel, left):
                return True
            if deadline is not None and time.monotonic() >= deadline:
                return False
            _look_around()

    def send_signal(self, signum: int) -> None:
        """Send a signal; nothing happens when the child has ended."""
        if self.poll() is not None:
            return
        with self._lock:
            if self.exitcode is not None:
                return
            try:
                if self._is_pidfd:
                    pidfd.send_signal(self.sentinel, signum)
                else:
                    os.kill(self.pid, signum)
            except ProcessLookupError:
                pass

    def close(self) -> None:
        """Give the descriptors back."""
        if self._open:
            self._open = False
            os.close(self.sentinel)

    def __del__(self) -> None:
        if getattr(self, "_open", False):
            try:
                self.close()
            except OSError:
                pass

    def _collect(self) -> int | None:
        raise NotImplementedError


_handles: weakref.WeakSet[Handle] = weakref.WeakSet()


def _look_around() -> None:
    """Notice that other children have ended. They are not reaped: who joins them does that."""
    for handle in weak.living(_handles):
        if handle._end_is_known or not handle._open:
            continue
        if descriptors.ready(handle.sentinel, 0):
            handle._end_is_known = True
            _tell_killed()


def _tell_killed() -> None:
    for callback in when_killed:
        callback()


def _after_fork_in_child() -> None:
    _handles.clear()


os.register_at_fork(after_in_child=_after_fork_in_child)


class DirectChild(Handle):
    """A child that this process forked or spawned itself."""

    def __init__(self, pid: int, sentinel: int, *, is_pidfd: bool) -> None:
        super().__init__(pid, sentinel, is_pidfd=is_pidfd)
        self._may_lag = not is_pidfd

    def _collect(self) -> int | None:
        exitcode = self._reap()
        if exitcode is None and self._may_lag and descriptors.ready(self.sentinel, 0):
            self._may_lag = False
            deadline = time.monotonic() + _ZOMBIE_DELAY_SECONDS
            while exitcode is None and time.monotonic() < deadline:
                time.sleep(_ZOMBIE_POLL_SECONDS)
                exitcode = self._reap()
        return exitcode

    def _reap(self) -> int | None:
        try:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
        except ChildProcessError:
            return UNKNOWN_EXIT
        return os.waitstatus_to_exitcode(status) if pid else None


class ServedChild(Handle):
    """A child that the fork server forked for this process, and whose exit status it reports."""

    def __init__(self, pid: int, status: socket.socket, end: int | None) -> None:
        """`end`: a process descriptor; without one, the status channel is the sentinel."""
        super().__init__(pid, status.fileno() if end is None else end, is_pidfd=end is not None)
        self._status = status

    def close(self) -> None:
        if self._open and self._is_pidfd:
            os.close(self.sentinel)
        self._open = False
        self._status.close()

    def _collect(self) -> int | None:
        if not descriptors.ready(self.sentinel, 0):
            return None
        # The child has ended, so its status is there or comes as soon as the server gets to it;
        # when the server is dead, the channel is at its end.
        try:
            data = self._status.recv(STATUS.size)
        except ConnectionError:
            data = b""
        if len(data) < STATUS.size:
            return UNKNOWN_EXIT
        return os.waitstatus_to_exitcode(STATUS.unpack(data)[0])
