"""Who unlinks the SharedMemory that a family of processes has left behind.

A block of `SharedMemory` has a name, so the system keeps it when all its processes have gone. The
family, that is a process and all that stem from it, therefore keeps a registry of what it made, and
a helper process waits for the family's end and unlinks what is still in there. It is started before
the first tracked block gets its name. All else works without it.

The registry is a file without a name. One open file of it is handed on to every child of every
start method, and is locked (flock). Such a lock belongs to the open file and not to a process, so
it lasts until the last of the family has gone, by whatever death. The helper, which has the same
file opened anew, sleeps in its attempt to lock it. So nobody sends messages, there is no state to
lose with a killed helper, and the next tracked block starts another one.

There are three more locks, on single bytes of the file:

* `_SERVED` is held by the helper from the moment on at which it is ready, and belongs to its open
  file (F_OFD_SETLK). Who finds it free starts a helper. Never are two of them ready.
* `_STARTING` is held by who starts a helper, until it is ready, and `_CHANGING` while the registry
  is changed. These belong to a process and go with it.

A record names a block and says which file that is (device and inode): a stranger's block that has
got the name meanwhile is left alone. It is written before the file gets the name, so there is no
moment at which a killed process leaves a block that nobody knows of.

The helper is nobody's child and has a session of its own: what kills the family by its group, its
session, its terminal or from parent to child does not kill the helper, and a program that waits for
any child until there are none doesn't wait for it. (What kills every process of a container or a
control group does; nothing that has a name survives that.)

Where `/proc` is not mounted a file without a name can't be opened anew, so there is no helper, and
what a killed program leaves stays until the machine is restarted; a RuntimeWarning says so once.
"""

from __future__ import annotations

import errno
import fcntl
import os
import signal
import socket
import struct
import threading
import time
import warnings
from contextlib import contextmanager
from typing import Iterator, List, Optional, Tuple

from .._os import descriptors, pidfd
from . import at_exit, interpreter

__all__ = ["FOLDER", "adopt", "descriptors_have_names", "family", "forget", "main", "remember"]

# Where shm_open(3) of Linux' C libraries keeps its objects.
FOLDER = "/dev/shm"

# By the names in here an open file without a name of its own can be opened anew, and given one.
_DESCRIPTORS = "/proc/self/fd"

# Device, inode, name and its length; all zero in a place that is free.
_RECORD = struct.Struct("=QQB255s")
_FREE = bytes(_RECORD.size)
# What the helper says when it is ready.
_PID = struct.Struct("=q")

# Bytes that never hold data: locks may lie past the end of a file.
_SERVED, _CHANGING, _STARTING = 2**62, 2**62 + 1, 2**62 + 2
# struct flock; Python 3.9 has the names, PyPy lacks them, and the number is Linux'.
_FLOCK = struct.Struct("@hhqqi")
_F_OFD_GETLK: int = getattr(fcntl, "F_OFD_GETLK", 36)
_F_OFD_SETLK: int = getattr(fcntl, "F_OFD_SETLK", 37)

# How long the process that started the helper waits for its end, once nobody else is left. Some
# 5 ms pass; on a machine with ten times more work than processors it is 50.
_HELPER_GRACE_SECONDS = 0.5


# The helper's parent ends at once; only its own is looked at.
_ORPHAN_POLL_SECONDS = 0.0005


class _Registry:
    """This process's hold of its family's registry."""

    def __init__(self, fd: int) -> None:
        self.fd = fd
        self._file = _identity(os.fstat(fd))
        # A mapping holds the open file, too: a program that becomes a daemon and closes all the
        # descriptors it finds stays in its family.
        self._mapping = descriptors.map_file(fd, _RECORD.size)

    def is_open(self) -> bool:
        """Whether `fd` is still what it was: programs that become daemons close all they find."""
        try:
            return _identity(os.fstat(self.fd)) == self._file
        except OSError:
            return False

    def records(self) -> List[Tuple[int, int, str]]:
        """Device, inode and name in every place; no name in a free one."""
        data = os.pread(self.fd, os.fstat(self.fd).st_size, 0)
        whole = len(data) - len(data) % _RECORD.size
        return [
            (device, inode, os.fsdecode(name[:length]))
            for device, inode, length, name in _RECORD.iter_unpack(data[:whole])
        ]

    @contextmanager
    def locked(self, byte: int) -> Iterator[None]:
        fcntl.lockf(self.fd, fcntl.LOCK_EX, 1, byte)
        try:
            yield
        finally:
            fcntl.lockf(self.fd, fcntl.LOCK_UN, 1, byte)

    def add(self, name: str, file: Tuple[int, int]) -> None:
        encoded = os.fsencode(name)
        with self.locked(_CHANGING):
            names = [each for _, _, each in self.records()]
            place = names.index("") if "" in names else len(names)
            record = _RECORD.pack(*file, len(encoded), encoded)
            os.pwrite(self.fd, record, place * _RECORD.size)

    def discard(self, name: str, file: Tuple[int, int]) -> None:
        with self.locked(_CHANGING):
            for place, record in enumerate(self.records()):
                if record == (*file, name):
                    os.pwrite(self.fd, _FREE, place * _RECORD.size)

    def leave(self) -> None:
        """Hold the registry no longer."""
        self._mapping.close()
        os.close(self.fd)

    def opened_anew(self) -> int:
        return os.open(f"{_DESCRIPTORS}/{self.fd}", os.O_RDWR | os.O_CLOEXEC)


# Reentrant, as a signal handler may start a process while this one is at it.
_lock = threading.RLock()
_registry: Optional[_Registry] = None
# What this process had before its parent's was adopted, or before it closed all descriptors. Held
# to its end.
_former: List[_Registry] = []
_helper: Optional[int] = None  # its pid, only in the process that started it
_exit_callback: Optional[at_exit.ExitCallback] = None


def family() -> int:
    """The descriptor by which this process belongs to its family; children are given it."""
    with _lock:
        return _own_registry().fd


def adopt(fd: int) -> None:
    """Belong to the family that `fd` came from: for a child, whose parent handed it over."""
    global _registry
    with _lock:
        if _registry is not None:
            _former.append(_registry)
        _registry = _Registry(fd)


def descriptors_have_names() -> bool:
    """Whether an open file without a name can be opened anew, and given a name."""
    return os.path.isdir(_DESCRIPTORS)


def remember(name: str, file: os.stat_result) -> None:
    """Have the block `name` unlinked when the family has ended, if it is `file` then.

    To be called before the file gets the name. Raises OSError when the helper can't be started; the
    block is not remembered then.
    """
    if not descriptors_have_names():
        warnings.warn(
            f"{_DESCRIPTORS} is not there: shared memory that a killed program did not unlink "
            "will not be unlinked by anybody",
            RuntimeWarning,
            stacklevel=2,
        )
        return
    with _lock:
        registry = _own_registry()
        _ensure_helper(registry)
        registry.add(name, _identity(file))


def forget(name: str, file: os.stat_result) -> None:
    """The block `name` has been unlinked, or did not get its name; it was `file`."""
    with _lock:
        if _registry is not None and _registry.is_open():
            _registry.discard(name, _identity(file))


def main(fd: int, interrupts_blocked: bool) -> None:
    """Where the helper begins: `fd` is the channel to who waits for it. Does not return."""
    # What ends the family, such as Ctrl-C or a closed terminal, must not end it before it has done
    # its work.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
        signal.signal(number, signal.SIG_IGN)
    channel = socket.socket(fileno=fd)
    try:
        (own,) = descriptors.receive_fds(channel)
        first = os.getpid()
        if os.fork():
            os._exit(0)
        os.setsid()
        _hold_nothing()
        while os.getppid() == first:
            time.sleep(_ORPHAN_POLL_SECONDS)
    except (EOFError, OSError):
        os._exit(1)
    is_needed = _try_to_serve(own)
    try:
        channel.send(_PID.pack(os.getpid()))
    except OSError:
        pass  # who started us was killed; others of the family have seen that we are ready
    channel.close()
    if not is_needed:
        os._exit(0)
    fcntl.flock(own, fcntl.LOCK_SH)
    _sweep(_Registry(own))
    os._exit(0)


def _own_registry() -> _Registry:
    global _registry
    if _registry is None or not _registry.is_open():
        # One free place, as an empty file can't be mapped.
        fd = descriptors.anonymous_file(_FREE)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if _registry is not None:
                _former.append(_registry)
            _registry = _Registry(fd)
        except BaseException:
            os.close(fd)
            raise
    return _registry


def _ensure_helper(registry: _Registry) -> None:
    with registry.locked(_STARTING):
        query = _FLOCK.pack(fcntl.F_WRLCK, os.SEEK_SET, _SERVED, 1, 0)
        kind, *_ = _FLOCK.unpack(fcntl.fcntl(registry.fd, _F_OFD_GETLK, query))
        if kind != fcntl.F_UNLCK:
            return
        theirs = registry.opened_anew()
        try:
            _start_helper(theirs)
        finally:
            # This ends all locks of this process on the file, so it comes last.
            os.close(theirs)


def _start_helper(registry_fd: int) -> None:
    global _helper, _exit_callback
    ours, theirs = descriptors.channel_pair()
    with theirs:
        pid = interpreter.run("tracker", theirs)
    try:
        with ours:
            descriptors.send_fds(ours, [registry_fd])
            answer = ours.recv(_PID.size)
    finally:
        # It makes the helper, so that this is not our child, and ends.
        _reap(pid)
    if not answer:
        raise OSError(
            errno.ECHILD,
            "the process that unlinks what a program leaves behind could not be started; "
            "SharedMemory(..., track=False) does without",
        )
    (_helper,) = _PID.unpack(answer)
    if _exit_callback is None:
        _exit_callback = at_exit.last_of_all(_leave)


def _reap(pid: int) -> None:
    try:
        os.waitpid(pid, 0)
    except ChildProcessError:
        pass  # SIGCHLD is ignored, or somebody waits for all there are


def _leave() -> None:
    global _exit_callback, _registry
    with _lock:
        _exit_callback = None
        registry = _registry
        if registry is None or not registry.is_open() or _helper is None:
            return
        if any(name for _, _, name in registry.records()):
            # What comes after us (the program's own exit handlers, finalizers) may still unlink.
            return
        probe = registry.opened_anew()
        registry.leave()
        _registry = None
        try:
            # The family's lock excludes this one, the helper's does not: this tells whether we were
            # the last. If so the helper is about to end, and who looks for leftovers right after us
            # finds none.
            fcntl.flock(probe, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        finally:
            os.close(probe)
        _await_end(_helper)


def _await_end(pid: int) -> None:
    if not pidfd.available():
        return
    try:
        end = pidfd.open_pidfd(pid)
    except OSError:
        return
    descriptors.ready(end, _HELPER_GRACE_SECONDS)
    os.close(end)


def _try_to_serve(registry_fd: int) -> bool:
    lock = _FLOCK.pack(fcntl.F_WRLCK, os.SEEK_SET, _SERVED, 1, 0)
    try:
        fcntl.fcntl(registry_fd, _F_OFD_SETLK, lock)
    except (BlockingIOError, PermissionError):
        return False  # two were started, as the first one's starter was killed
    return True


def _hold_nothing() -> None:
    # Who reads the program's output waits for the end of it, and who wants to unmount a folder for
    # that of all who work there.
    os.chdir("/")
    null = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(null, fd)


def _sweep(registry: _Registry) -> None:
    for device, inode, name in registry.records():
        path = os.path.join(FOLDER, name)
        try:
            if name and _identity(os.lstat(path)) == (device, inode):
                os.unlink(path)
        except OSError:
            pass  # it is gone, or not ours any more


def _identity(file: os.stat_result) -> Tuple[int, int]:
    return file.st_dev, file.st_ino


def _after_fork_in_child() -> None:
    global _lock, _helper, _exit_callback
    _lock = threading.RLock()
    _helper = _exit_callback = None


# A copy that is made between two steps would hold a descriptor, and with it perhaps a lock, that
# nobody there knows of.
os.register_at_fork(
    before=lambda: _lock.acquire(),
    after_in_parent=lambda: _lock.release(),
    after_in_child=_after_fork_in_child,
)
