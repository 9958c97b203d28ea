"""What the chapters are written with: turns between processes, and children that do little.

Turns are taken through FIFOs in the scratch folder, which a child of any start method finds by
their path. Nothing here needs pytest, as interpreters without it run the chapters, too.
"""

from __future__ import annotations

import itertools
import os
import pickle
import sys
from collections.abc import Callable
from typing import Any, NoReturn, TypeVar

from mpref._os import child_handle, pidfd
from mpref.context import BaseContext
from mpref.process import BaseProcess

Error = TypeVar("Error", bound=BaseException)

# In seconds. An end that comes at all comes within milliseconds; this is for machines with ten
# times more work than processors, and bounds how long a broken mpref keeps the tests waiting.
PATIENCE = 30
# Whether everything is asked for: more rounds, and every start method.
ALL = os.environ.get("MPREF_TESTS") == "all"
# The exit code of a child whose status somebody else took.
UNKNOWN_EXIT = child_handle.UNKNOWN_EXIT

if "MPREF_TEST_WITHOUT_PIDFD" in os.environ:
    # As on a kernel without them. Children in a fresh interpreter import this module, too.
    pidfd._available = False

_scratch = "."
_numbers = itertools.count()


class NotApplicable(Exception):
    """Raised by a function that has nothing to ask here; its text says why."""


class Turn:
    """A turn that one process gives and another takes, with a text."""

    def __init__(self) -> None:
        self.path = in_scratch(f"turn-{os.getpid()}-{next(_numbers)}")
        os.mkfifo(self.path)

    def give(self, text: str = ".") -> None:
        with open(self.path, "w") as fifo:
            fifo.write(text)

    def take(self) -> str:
        with open(self.path) as fifo:
            return fifo.read()


def set_scratch(folder: str) -> None:
    """Where `in_scratch` finds its files; the process that runs the chapter sets it."""
    global _scratch
    _scratch = os.path.abspath(folder)


def in_scratch(name: str) -> str:
    """The path of a file in the scratch folder."""
    return os.path.join(_scratch, name)


def raises(
    kind: type[Error] | tuple[type[Error], ...],
    function: Callable[..., object],
    *args: Any,
    **kwargs: Any,
) -> Error:
    """The error that the call has to raise."""
    try:
        function(*args, **kwargs)
    except kind as error:
        return error
    raise AssertionError(f"{kind} was not raised")


def run(ctx: BaseContext, target: Callable[..., object], *args: Any) -> BaseProcess:
    """Start a child."""
    process = ctx.Process(target=target, args=args)
    process.start()
    return process


def finish(process: BaseProcess, exitcode: int = 0) -> BaseProcess:
    """Join a child, which has to end with this exit code."""
    process.join(PATIENCE)
    assert process.exitcode == exitcode, process
    return process


def open_fds() -> set[str]:
    """The numbers of the open descriptors."""
    fds = set(os.listdir("/proc/self/fd"))
    # The one that listed the folder is closed by now.
    return {fd for fd in fds if os.path.lexists(f"/proc/self/fd/{fd}")}


def is_gone(pid: int | str | None) -> bool:
    """The process has ended; nobody may have reaped it yet."""
    try:
        return state(pid) == "Z"
    except OSError:
        return True


def state(pid: int | str | None) -> str:
    """The letter that Linux has for the state of a process: S sleeps, Z is a zombie."""
    with open(f"/proc/{pid}/stat") as stat:
        return stat.read().rpartition(")")[2].split()[0]


class Block:
    """Pickled like a NumPy array: protocol 5 takes its memory apart, and gives memory back."""

    def __init__(self, memory: Any) -> None:
        self.memory = memory

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        return Block, (pickle.PickleBuffer(self.memory) if protocol >= 5 else bytes(self.memory),)

    # Equal blocks may become different: they are no keys.
    __hash__ = None  # type: ignore[assignment]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Block) and memoryview(self.memory) == memoryview(other.memory)


# --- what children do ----------------------------------------------------------------------------


def nothing() -> None:
    pass


def wait_for(turn: Turn) -> None:
    turn.take()


def exit_with(code: Any) -> NoReturn:
    sys.exit(code)


def tell(turn: Turn, what: Callable[[], object]) -> None:
    turn.give(repr(what()))
