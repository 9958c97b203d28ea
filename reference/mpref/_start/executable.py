"""The interpreter that runs children which do not begin as a copy of their parent."""

from __future__ import annotations

import os
import sys

__all__ = ["freeze_support", "get_executable", "set_executable"]

_executable = sys.executable


def freeze_support() -> None:
    """Do nothing. Programs call it for the case that they are frozen into an executable.

    Anchor: multiprocessing.freeze_support
    """


def set_executable(executable: str | bytes | os.PathLike[str] | os.PathLike[bytes]) -> None:
    """Set the interpreter that runs children of the spawn method, and the fork server.

    executable: its path. Nobody checks it before a child is started: `start()` raises OSError when
    it can't be run. Raises TypeError for what is no path.

    Anchor: multiprocessing.set_executable
    """
    global _executable
    _executable = os.fsdecode(executable)


def get_executable() -> str:
    """The path of the interpreter that runs children. Raises RuntimeError when there is none."""
    if not _executable:
        raise RuntimeError(
            "no interpreter is known to run a child with, as sys.executable is empty: "
            "call set_executable() with the path of one"
        )
    return _executable
