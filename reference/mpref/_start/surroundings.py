"""What a program finds around it: arguments, import path, directory, environment.

A child that its parent forks has all of this from its parent. A child of the fork server is a copy
of a process that may have begun before the program changed some of it. So it is told what its
parent had when it was started. Where that differs from what the main module found when the server
ran it, the child runs the main module again, as a spawned child does.
"""

from __future__ import annotations

import os
import sys
import time
from typing import NamedTuple

__all__ = ["Surroundings", "found"]


class Surroundings(NamedTuple):
    """Plain values: they are compared, and travel to the fork server and to children."""

    argv: list[str]
    path: list[str]
    original_dir: str | None
    current_dir: str | None
    environment: dict[str, str]

    def apply(self) -> None:
        """Make these the surroundings of this process."""
        sys.argv = self.argv
        sys.path[:] = self.path
        if self.current_dir is not None:
            os.chdir(self.current_dir)
        self._apply_environment()

    def _apply_environment(self) -> None:
        if os.environ == self.environment:
            return
        zone = os.environ.get("TZ")
        for name in set(os.environ).difference(self.environment):
            del os.environ[name]
        for name, value in self.environment.items():
            if os.environ.get(name) != value:
                os.environ[name] = value
        if os.environ.get("TZ") != zone and hasattr(time, "tzset"):
            time.tzset()  # the C library has read the variable already


def found(path: list[str], original_dir: str | None) -> Surroundings:
    """What this process finds around it now.

    path: its import path, as another process has to have it. original_dir: the directory in which
    the program began.
    """
    return Surroundings(
        argv=list(getattr(sys, "argv", [])),
        path=path,
        original_dir=original_dir,
        current_dir=_current_dir(),
        environment=dict(os.environ),
    )


def _current_dir() -> str | None:
    try:
        return os.getcwd()
    except OSError:
        return None  # it was removed
