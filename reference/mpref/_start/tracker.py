"""The helper process that unlinks the SharedMemory which a family of processes has left behind.

A block of `SharedMemory` has a name, so the system keeps it when all its processes have ended. The
family, that is a process and all its descendants, therefore keeps a registry of the blocks that it
has made. A helper process waits for the family's end and unlinks what is still in the registry. It
is started before the first tracked block gets its name. Everything else works without it.

The registry is a file without a name. Every child, of every start method, inherits one open file
of it, which is locked (flock). Such a lock belongs to the open file and not to a process, so it
lasts until the last process of the family has ended, in whatever way. The helper has opened the
file a second time and sleeps in its attempt to lock it. So nobody sends messages, and a killed
helper has no state that could be lost: the next tracked block starts another one.

There are three more locks, on single bytes of the file:

* `_SERVED` is held by the helper as soon as it is ready, and belongs to its open file
  (F_OFD_SETLK). A process that finds it free starts a helper. Two of them are never ready at once.
* `_STARTING` is held by a process that starts a helper, until that one is ready, and `_CHANGING`
  while the registry is changed. These two belong to a process and end with it.

A record has the name of a block, and the device and inode of its file: a block of another program
that has got the name meanwhile is left alone. It is written before the file gets the name, so that
a process which is killed at any moment leaves no block without a record.

The helper is nobody's child and has a session of its own. So whoever kills the family by its
process group, its session, its terminal, or from parent to child does not kill the helper, and a
program that waits until it has no children does not wait for it. (It is killed with all processes
of a container or a control group; the blocks are left then.)

Where `/proc` is not mounted, a file without a name can't be opened a second time. So there is no
helper, and blocks that a killed program has left stay until the machine is restarted. A
RuntimeWarning says so once.
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
from collections.abc import Iterator
from contextlib import contextmanager

from .._os import descriptors, pidfd
from . import at_exit, interpreter

__all__ = ["FOLDER", "adopt", "descriptors_have_names", "family", "forget", "main", "remember"]

# Where shm_open(3) of Linux' C libraries keeps its objects.
FOLDER = "/dev/shm"

# Through the names in this folder a file without a name can be opened a second time, or get one.
_DESCRIPTORS = "/proc/self/fd"

# Device, inode, length of the name, name. A record that is free is all zeros.
_RECORD = struct.Struct("=QQB255s")
_FREE = bytes(_RECORD.size)
# The helper sends its pid when it is ready.
_PID = struct.Struct("=q")

# Bytes that never hold data: locks may lie past the end of a file.
_SERVED, _CHANGING, _STARTING = 2**62, 2**62 + 1, 2**62 + 2
# struct flock; Python 3.9 has the names, PyPy lacks them, and the number is Linux'.
_FLOCK = struct.Struct("@hhqqi")
_F_OFD_GETLK: int = getattr(fcntl, "F_OFD_GETLK", 36)
_F_OFD_SETLK: int = getattr(fcntl, "F_OFD_SETLK", 37)

# How long the process that started the helper waits for the helper's end when it is the last of its
# family. That takes some 5 ms, and 50 on a machine with ten times more work than processors.
_HELPER_GRACE_SECONDS = 0.5

# At this interval the helper looks whether its parent has ended, which does so at once.
_ORPHAN_POLL_SECONDS = 0.0005


class _Registry:
    """This process's hold of its family's registry."""

    def __init__(self, fd: int) -> None:
        self.fd = fd
        self._file = _identity(os.fstat(fd))
        # A mapping keeps the open file, too. So a program that becomes a daemon, and closes all
        # descriptors that it finds, stays in its family.
        self._mapping = descriptors.map_file(fd, _RECORD.size)

    def is_open(self) -> bool:
        """Whether `fd` is still the registry: programs that become daemons close all they find."""
        try:
            return _identity(os.fstat(self.fd)) == self._file
        except OSError:
            return False

    def records(self) -> list[tuple[int, int, str]]:
        """Device, inode and name of every record; the name of a free one is empty."""
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

    def add(self, name: str, file: tuple[int, int]) -> None:
        encoded = os.fsencode(name)
        with self.locked(_CHANGING):
            names = [each for _, _, each in self.records()]
            place = names.index("") if "" in names else len(names)
            record = _RECORD.pack(*file, len(encoded), encoded)
            os.pwrite(self.fd, record, place * _RECORD.size)

    def discard(self, name: str, file: tuple[int, int]) -> None:
        with self.locked(_CHANGING):
            for place, record in enumerate(self.records()):
                if record == (*file, name):
                    os.pwrite(self.fd, _FREE, place * _RECORD.size)

    def leave(self) -> None:
        """Give up the open file, and so leave the family."""
        self._mapping.close()
        os.close(self.fd)

    def opened_anew(self) -> int:
        return os.open(f"{_DESCRIPTORS}/{self.fd}", os.O_RDWR | os.O_CLOEXEC)


# Reentrant, as a signal handler may start a process in the middle of any of these functions.
_lock = threading.RLock()
_registry: _Registry | None = None
# The registries that this process had before it adopted its parent's, or before it closed all
# descriptors. Kept to its end, as their blocks must not be unlinked before.
_former: list[_Registry] = []
_helper: int | None = None  # its pid, only in the process that started it
_exit_callback: at_exit.ExitCallback | None = None


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
    """Remove the record of the block `name`, which was `file`: it is unlinked, or got no name."""
    with _lock:
        if _registry is not None and _registry.is_open():
            _registry.discard(name, _identity(file))


def main(fd: int, interrupts_blocked: bool) -> None:
    """Where the helper begins: `fd` is the channel to who waits for it. Does not return."""
    # A signal that ends the family, such as Ctrl-C or a closed terminal, must not end the helper
    # before it has done its work.
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
        pass  # who started us was killed; other processes see by `_SERVED` that we are ready
    channel.close()
    if not is_needed:
        os._exit(0)
    fcntl.flock(own, fcntl.LOCK_SH)
    _sweep(_Registry(own))
    os._exit(0)


def _own_registry() -> _Registry:
    global _registry
    if _registry is None or not _registry.is_open():
        # One free record, as an empty file can't be mapped.
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
            # Closing it ends all locks of this process on the file, so this comes last.
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
        # This process has forked the helper, which so is not our child, and ends.
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
            # The program's own exit handlers and finalizers run later and may unlink them.
            return
        probe = registry.opened_anew()
        registry.leave()
        _registry = None
        try:
            # The family's lock excludes this one, and the helper's does not. So when we get it we
            # were the last. The helper is about to end then, and is waited for, so that it is gone
            # when this program is.
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
        return False  # there is another helper: whoever started it was killed before it was ready
    return True


def _hold_nothing() -> None:
    # A reader of the program's output waits until nobody has it open, and a folder can't be
    # unmounted while a process works in it.
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


def _identity(file: os.stat_result) -> tuple[int, int]:
    return file.st_dev, file.st_ino


def _after_fork_in_child() -> None:
    global _lock, _helper, _exit_callback
    _lock = threading.RLock()
    _helper = _exit_callback = None


# A copy that is made in the middle of one of these functions would keep a descriptor, and perhaps a
# lock with it, that it does not know of. So a fork waits for them.
os.register_at_fork(
    before=lambda: _lock.acquire(),
    after_in_parent=lambda: _lock.release(),
    after_in_child=_after_fork_in_child,
)
