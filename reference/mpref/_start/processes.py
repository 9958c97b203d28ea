"""The four classes of process objects: one for each start method, and one for whichever is set."""

from __future__ import annotations

from typing import Callable, Dict, Type

from .. import process
from .._os import child_handle
from . import fork, forkserver, method, spawn

__all__ = ["ForkProcess", "ForkServerProcess", "Process", "SpawnProcess", "default_class"]


class Process(process.BaseProcess):
    """A process that is started by the method which is the default then.

    Anchor: multiprocessing.Process
    """

    def _launch(self) -> child_handle.Handle:
        return _LAUNCHERS[method.current()](self)


class ForkProcess(process.BaseProcess):
    """A process that is started by forking.

    Anchor: multiprocessing.Process
    """

    def _launch(self) -> child_handle.Handle:
        return fork.launch(self)


class SpawnProcess(process.BaseProcess):
    """A process that begins with a fresh interpreter.

    Anchor: multiprocessing.Process
    """

    def _launch(self) -> child_handle.Handle:
        return spawn.launch(self)


class ForkServerProcess(process.BaseProcess):
    """A process that the fork server forks.

    Anchor: multiprocessing.Process
    """

    def _launch(self) -> child_handle.Handle:
        return forkserver.launch(self)


_LAUNCHERS: Dict[str, Callable[[process.BaseProcess], child_handle.Handle]] = {
    "forkserver": forkserver.launch,
    "spawn": spawn.launch,
    "fork": fork.launch,
}

_CLASSES: Dict[str, Type[process.BaseProcess]] = {
    "forkserver": ForkServerProcess,
    "spawn": SpawnProcess,
    "fork": ForkProcess,
}


def default_class() -> Type[process.BaseProcess]:
    """The class for the start method in use; fixes the default when none was chosen."""
    return _CLASSES[method.current()]
