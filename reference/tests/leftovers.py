"""What a program leaves behind when it has ended: processes, files, names in /dev/shm."""

from __future__ import annotations

import os
import time
from pathlib import Path

MARKER = "MPREF_TESTS_MARKER"
# In seconds, for processes that end a moment after their program does, as a fork server.
GRACE = 10


class Leftovers:
    """Made before a program is started with this environment; asked when it has ended.

    environment: a marker, by which all descendants are found, and a folder for temporary files.
    """

    def __init__(self, folder: str) -> None:
        marker = f"{os.getpid()}-{time.monotonic_ns()}"
        self.environment = {MARKER: marker, "TMPDIR": folder}
        self._folder = folder
        self._marker = f"{MARKER}={marker}"
        self._names = set(os.listdir("/dev/shm"))

    def found(self) -> list[str]:
        """What is still there after some time."""
        deadline = time.monotonic() + GRACE
        abandoned = self._abandoned()
        while True:
            processes = _processes(self._marker)
            # Other programs come and go meanwhile: what was not there at first is not this one's.
            abandoned = self._abandoned() if processes else abandoned & self._abandoned()
            found = [*processes, *sorted(abandoned), *os.listdir(self._folder)]
            if not found or time.monotonic() > deadline:
                return found
            time.sleep(0.1)

    def _abandoned(self) -> set[str]:
        """New names in /dev/shm that no process has mapped: others may be of other programs."""
        names = set(os.listdir("/dev/shm")) - self._names
        for maps in Path("/proc").glob("[0-9]*/maps"):
            if not names:
                break
            try:
                text = maps.read_text(errors="replace")
            except OSError:
                continue
            names = {name for name in names if f"/dev/shm/{name}" not in text}
        return names


def _processes(marker: str) -> list[str]:
    found = []
    for environ in Path("/proc").glob("[0-9]*/environ"):
        try:
            if marker.encode() in environ.read_bytes().split(b"\0"):
                arguments = (environ.parent / "cmdline").read_bytes().replace(b"\0", b" ")
                found.append(f"process {environ.parent.name}: {arguments.decode()}")
        except OSError:
            # The process has ended meanwhile, or belongs to another user.
            continue
    return found
