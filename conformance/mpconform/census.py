"""What a run leaves behind: processes, shared memory, semaphores, files, output.

Processes. The host is a *child subreaper*: a process whose parent has ended
becomes a child of the host, and not of init. So every descendant of the host
that did not exist before the run belongs to the run, however often it forked
and whatever session it opened. A process below another subreaper is found by
its environment, which carries the run's marker.

Shared memory and named semaphores are entries of one folder, /dev/shm, which
all programs of a machine share. A host that may do so (root) mounts a private
one, and then every new entry is the run's own. Elsewhere an entry counts if it
is still there at a moment when no other worker runs a probe.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import fcntl
import os
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mpconform.scratch import Scratch

SHARED = Path("/dev/shm")
MARKER = "MPPROBE_RUN"

# How long processes get that end by themselves, as a fork server or a tracker
# does when its last client has gone. In 14 runs beside four busy loops, on two
# processors, none of them took longer. Only a run that does leave a process
# waits so long.
GRACE_SECONDS = 4.0

_PR_SET_CHILD_SUBREAPER = 36
_CLONE_NEWNS = 0x00020000
_MS_REC_PRIVATE = 0x4000 | 0x40000


@dataclass(frozen=True)
class Leftovers:
    """Everything that a run left behind, as people read it."""

    processes: tuple[str, ...] = ()
    shared: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    output: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[str]:
        for kind in ("processes", "shared", "files", "output"):
            for item in getattr(self, kind):
                yield f"{kind}: {item}"


def become_subreaper() -> None:
    """Make this process the parent of every descendant whose own parent ends."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_CHILD_SUBREAPER) failed")


def isolate_shared_memory() -> bool:
    """Give this process and its children a /dev/shm of their own; False where not allowed."""
    libc = ctypes.CDLL(None, use_errno=True)
    if os.geteuid() != 0 or not SHARED.is_dir() or libc.unshare(_CLONE_NEWNS):
        return False
    if libc.mount(b"none", b"/", None, _MS_REC_PRIVATE, None):
        return False
    return not libc.mount(b"mpconform", os.fsencode(SHARED), b"tmpfs", 0, b"size=50%")


class Census:
    """Compares what there is before a run and after it."""

    def __init__(self, marker: str, spared: frozenset[int], lock: Path | None) -> None:
        """`spared`: processes of the host's own. `lock`: a file for workers that share /dev/shm;
        each holds it while it runs a probe."""
        self._marker = f"{MARKER}={marker}".encode()
        self._spared = spared | _descendants(os.getpid())
        self._older = _processes()
        self._shared = _entries()
        self._lock = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC) if lock else None
        if self._lock is not None:
            fcntl.flock(self._lock, fcntl.LOCK_SH)

    def processes(self) -> list[int]:
        """The living processes of the run, lowest number first; reaps those that have ended."""
        found = (_descendants(os.getpid()) - self._spared) | self._marked()
        for pid in list(found):
            if _state(pid) == "Z":
                _reap(pid)
                found.discard(pid)
        return sorted(found)

    def finish(self, scratch: Scratch) -> Leftovers:
        """Wait for processes that are about to end, name everything that stays, and remove it."""
        deadline = time.monotonic() + GRACE_SECONDS
        pause = 0.001
        while (left := self.processes()) and time.monotonic() < deadline:
            time.sleep(pause)
            pause = min(pause * 2, 0.02)
        processes = tuple(command(pid) for pid in left)
        self.kill()
        return Leftovers(
            processes=processes,
            shared=self._leftover_shared(),
            files=scratch.files_left(),
            output=scratch.unexpected_output(),
        )

    def kill(self) -> None:
        """End every process of the run, also those that fork meanwhile."""
        # Each round ends all processes that it sees; 100 are enough for a chain of 100 forks.
        for _ in range(100):
            living = self.processes()
            if not living:
                return
            for pid in living:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(0.002)

    def close(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _marked(self) -> set[int]:
        """New processes whose environment carries the marker, whoever is their parent."""
        return {
            int(name)
            for name in _processes() - self._older
            if self._marker in _read(f"/proc/{name}/environ").split(b"\0")
            and int(name) != os.getpid()
        }

    def _leftover_shared(self) -> tuple[str, ...]:
        new = _entries() - self._shared
        if new and self._lock is not None:
            fcntl.flock(self._lock, fcntl.LOCK_EX)
            new &= _entries()
        for name in new:
            with contextlib.suppress(OSError):
                (SHARED / name).unlink()
        return tuple(sorted(new))


def _entries() -> set[str]:
    return set(os.listdir(SHARED)) if SHARED.is_dir() else set()


def _descendants(of: int) -> set[int]:
    """Children of a process, their children, and so on, by what the kernel lists for each."""
    found: set[int] = set()
    frontier = [of]
    while frontier:
        pid = frontier.pop()
        for task in _listed(f"/proc/{pid}/task"):
            for word in _read(f"/proc/{pid}/task/{task}/children").split():
                if int(word) not in found:
                    found.add(int(word))
                    frontier.append(int(word))
    return found


def _processes() -> frozenset[str]:
    return frozenset(name for name in _listed("/proc") if name.isdigit())


def _listed(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _read(path: str) -> bytes:
    # A run reads thousands of these files, and pathlib takes ten times as long.
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return b""
    try:
        return os.read(descriptor, 1 << 20)
    except OSError:
        return b""
    finally:
        os.close(descriptor)


def _state(pid: int) -> str:
    fields = _read(f"/proc/{pid}/stat").rpartition(b")")[2].split()
    return fields[0].decode() if fields else "Z"


def _reap(pid: int) -> None:
    try:
        os.waitpid(pid, os.WNOHANG)
    except OSError as error:
        if error.errno != errno.ECHILD:
            raise


def command(pid: int) -> str:
    """A process as people name it: its number and its command line."""
    with contextlib.suppress(OSError):
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        return f"{pid} " + " ".join(word.decode("utf-8", "replace") for word in words)[:160].strip()
    return f"{pid} (it ended before its command line was read)"
