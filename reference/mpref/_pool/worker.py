"""The worker's side of a pool: take a task from the channel, do it, send what came of it."""

from __future__ import annotations

import traceback
from typing import Any, Callable, List, NamedTuple, Tuple

from .._ipc import messages
from .._ipc.connections import Connection
from ..exceptions import ProcessError

__all__ = ["READY", "MaybeEncodingError", "Outcome", "RemoteTraceback", "work"]

# The first message of a worker: its initializer has returned.
READY = b"ready"


class RemoteTraceback(Exception):
    """The cause of an exception that came from a worker: where it was raised there, as text."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text

    def __str__(self) -> str:
        return f'\n"""\n{self.text}"""'


class MaybeEncodingError(ProcessError):
    """A task's result, or the exception that it raised, can't be pickled."""

    def __init__(self, error: str, value: str) -> None:
        super().__init__(error, value)
        self.error = error
        self.value = value

    def __str__(self) -> str:
        return f"the result of a task can't be pickled: {self.value}; reason: {self.error}"


class Outcome(NamedTuple):
    """What came of a call: its result, or the exception that it raised."""

    ok: bool
    value: Any
    # Where the exception was raised. It travels beside, as pickle drops causes.
    traceback: str = ""

    def unwrapped(self) -> Any:
        """The result, or the exception with its cause."""
        if self.traceback:
            self.value.__cause__ = RemoteTraceback(self.traceback)
        return self.value


def work(end: Connection, initializer: Callable[..., Any], initargs: Tuple[Any, ...]) -> None:
    """Be a worker until the pool closes its end of the channel."""
    if initializer is not None:
        # What it raises is reported as any process' uncaught exception, and ends this worker.
        initializer(*initargs)
    channel = end._channel
    try:
        channel.send(READY)
        while True:
            try:
                message = channel.receive()
            except KeyboardInterrupt:
                # Ctrl-C reaches all processes of a terminal. What the pool does about it is
                # the parent's decision; a worker without work has nothing to break off.
                continue
            channel.send(*_reply(_do(*message)))
            del message
    except (EOFError, ConnectionError):
        # The pool is closed, or its process is gone.
        return


def call(function: Callable[..., Any], args: Any, kwds: Any) -> Any:
    """The task of apply(): one call."""
    return function(*args, **kwds)


def map_chunk(function: Callable[..., Any], chunk: List[Any]) -> List[Any]:
    """A task of map(): the first exception ends the chunk."""
    return [function(item) for item in chunk]


def starmap_chunk(function: Callable[..., Any], chunk: List[Any]) -> List[Any]:
    """A task of starmap()."""
    return [function(*item) for item in chunk]


def each_of_chunk(function: Callable[..., Any], chunk: List[Any]) -> List[Outcome]:
    """A task of imap(): an exception is its item's only, and the others go on."""
    return [_outcome(function, item) for item in chunk]


def _do(payload: Any, fds: List[int]) -> Outcome:
    try:
        task, *args = messages.unpack(payload, fds)
    except Exception as error:
        # A function, say, that this process can't import.
        return Outcome(False, error, traceback.format_exc())
    return _outcome(task, *args)


def _outcome(function: Callable[..., Any], *args: Any) -> Outcome:
    # SystemExit and KeyboardInterrupt end the worker, and so tell the pool.
    try:
        return Outcome(True, function(*args))
    except Exception as error:
        return Outcome(False, error, traceback.format_exc())


def _reply(outcome: Outcome) -> Tuple[bytes, List[int]]:
    try:
        return messages.pack(outcome)
    except Exception as error:
        return messages.pack(_picklable(outcome, error))


def _picklable(outcome: Outcome, error: Exception) -> Outcome:
    items = outcome.value
    if isinstance(items, list) and items and isinstance(items[0], Outcome):
        # One bad item doesn't cost its whole chunk.
        return Outcome(True, [_checked(item) for item in items])
    value = MaybeEncodingError(repr(error), repr(outcome.value))
    return Outcome(False, value, outcome.traceback)


def _checked(outcome: Outcome) -> Outcome:
    try:
        messages.pack(outcome)
    except Exception as error:
        return _picklable(outcome, error)
    return outcome
