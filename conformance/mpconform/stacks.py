"""What the processes of a hung run are doing: their Python stacks, else what the kernel says.

Every process that has imported `mpprobe` writes its stacks to stderr when it
gets SIGUSR2 (see `mpprobe/__init__.py`). The signal would kill any other
process, so the host first looks whether a process handles it.
"""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Iterable
from pathlib import Path

from mpconform import census
from mpconform.scratch import Scratch

_STACKS_SIGNAL = signal.SIGUSR2
# How long a hung process gets to write its stacks; all it has to do is to run a signal handler.
_STACKS_SECONDS = 1.0


def stacks_of(processes: Iterable[int], scratch: Scratch) -> str:
    """The stacks of these processes, as people read them."""
    size = _size(scratch.stderr)
    lines = []
    for pid in processes:
        name = census.command(pid)
        if not _handles(pid, _STACKS_SIGNAL):
            lines.append(f"process {name}: no Python stack, waits in {_waits_in(pid)}")
            continue
        lines.append(f"process {name}:")
        os.kill(pid, _STACKS_SIGNAL)
        text, size = _wait_for_more(scratch.stderr, size)
        lines.append(text.rstrip())
    # The host asked for the stacks: they are no stray output of the run.
    scratch.expect_stderr(size)
    return "\n".join(lines)


def _wait_for_more(path: Path, before: int) -> tuple[str, int]:
    """What was added to a file since it had `before` bytes, once it stops growing; its new size."""
    deadline = time.monotonic() + _STACKS_SECONDS
    last = before
    while time.monotonic() < deadline:
        time.sleep(0.05)
        now = _size(path)
        if now > before and now == last:
            break
        last = now
    with path.open("rb") as file:
        file.seek(before)
        text = file.read()
    return text.decode("utf-8", "replace"), before + len(text)


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _handles(pid: int, number: int) -> bool:
    """Has the process a handler for this signal, as far as the kernel says?"""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("SigCgt:"):
                caught = int(line.split()[1], 16)
                return bool(caught >> (number - 1) & 1)
    return False


def _waits_in(pid: int) -> str:
    """The kernel function in which a process sleeps."""
    try:
        return Path(f"/proc/{pid}/wchan").read_text() or "user code"
    except OSError:
        return "nothing any more"
