"""The four classes of process objects: one for each start method, and one for whichever is set."""

from __future__ import annotations

from typing import Callable

from .. import process
from .._os import child_handle
from . import fork, forkserver, method, spawn

__all__ = ["ForkProcess", "ForkServerProcess", "Process", "SpawnProcess", "default_class"]


class Process(process.BaseProcess):
    """An activity that is run in a process, started by the start method in use at that moment.

    group: None, always. target: what `run()` calls, with the positional arguments `args` (any
    iterable) and the keyword arguments `kwargs` (a mapping), both copied now. name: a string; None
    makes one of the class and of the place in the family. daemon: whether the process is terminated
    when its parent exits; None takes it from the creating process.

    Raises AssertionError for a group, TypeError for `args` or `kwargs` of another kind.

    Anchor: multiprocessing.Process
    """

    def _launch(self) -> child_handle.Handle:
        return _LAUNCHERS[method.current()](self)


class ForkProcess(process.BaseProcess):
    """A process that is started by forking. The parameters are those of `Process`.

    Anchor: multiprocessing.Process
    """

    def _launch(self) -> child_handle.Handle:
        return fork.launch(self)


class SpawnProcess(process.BaseProcess):
    """A process that begins with a fresh interpreter. The parameters are those of `Process`.

    Anchor: multiprocessing.Process
    """

    def _launch(self) -> child_handle.Handle:
        return spawn.launch(self)


class ForkServerProcess(process.BaseProcess):
    """A process that the fork server forks. The parameters are those of `Process`.

    Anchor: multiprocessing.Process
    """

    def _launch(self) -> child_handle.Handle:
        return forkserver.launch(self)


_LAUNCHERS: dict[str, Callable[[process.BaseProcess], child_handle.Handle]] = {
    "forkserver": forkserver.launch,
    "spawn": spawn.launch,
    "fork": fork.launch,
}

_CLASSES: dict[str, type[process.BaseProcess]] = {
    "forkserver": ForkServerProcess,
    "spawn": SpawnProcess,
    "fork": ForkProcess,
}


def default_class() -> type[process.BaseProcess]:
    """The class for the start method in use; fixes the default when none was chosen."""
    return _CLASSES[method.current()]
