"""The exceptions of a pool itself, and how a worker sends those of tasks."""

from __future__ import annotations

import traceback
from typing import Any

from .._ipc import messages, reduction
from ..exceptions import ProcessError

__all__ = [
    "MaybeEncodingError",
    "RemoteTraceback",
    "WorkerDied",
    "describe",
    "pack_error",
    "report",
    "with_cause",
]


class WorkerDied(ProcessError):
    """A worker of a pool ended while it was doing a task, or before it could do any.

    Anchor: multiprocessing.pool.AsyncResult.get
    """


class RemoteTraceback(Exception):
    """The cause of an exception that a worker has sent: its traceback, as text.

    Anchor: multiprocessing.pool.AsyncResult.get
    """

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text

    def __str__(self) -> str:
        return f'\n"""\n{self.text}"""'


class MaybeEncodingError(ProcessError):
    """A task's result, or the exception that it raised, can't be pickled or unpickled.

    error: why, as text. value: the repr() of the result or exception.

    Anchor: multiprocessing.pool.AsyncResult.get
    """

    def __init__(self, error: str, value: str) -> None:
        super().__init__(error, value)
        self.error = error
        self.value = value

    def __str__(self) -> str:
        return f"the result of a task can't be sent: {self.value}; reason: {self.error}"


def describe(obj: Any) -> str:
    """`repr(obj)`, or its type where even that fails."""
    try:
        return repr(obj)
    except Exception:
        return f"<{type(obj).__name__} object whose repr() fails>"


def report() -> None:
    """Print the exception that is being handled. Raises nothing."""
    try:
        traceback.print_exc()
    except BaseException:  # noqa: S110 (there is nobody left who could be told)
        pass  # stderr is closed, or there is no memory for the text


def pack_error(error: BaseException, text: str) -> tuple[bytes, list[int]]:
    """A message with an exception and its traceback, which its reader is able to unpickle.

    An exception is pickled as its class and `args`, and unpickled by calling the class with these.
    When the class takes other arguments that fails in the reader, which then has nothing. So it is
    tried here first, and the reader makes such an exception without calling its `__init__`.
    """
    for candidate in (error, _Remade(error)):
        try:
            data, fds = messages.pack((candidate, text))
            if fds or isinstance(reduction.loads(data)[0], BaseException):
                return data, fds
            reason = "it is unpickled as something else"
        except KeyboardInterrupt:
            raise
        except BaseException as failure:
            reason = describe(failure)
    return messages.pack((MaybeEncodingError(reason, describe(error)), text))


def with_cause(error: BaseException, text: str) -> BaseException:
    """The exception, with its traceback as the cause; pickle does not keep causes itself."""
    if text:
        error.__cause__ = RemoteTraceback(text)
    return error


class _Remade:
    """Is unpickled as an exception that is made without calling its `__init__`."""

    def __init__(self, error: BaseException) -> None:
        self._error = error

    def __reduce__(self) -> Any:
        error = self._error
        return _remake, (type(error), error.args, dict(error.__dict__))


def _remake(
    cls: type[BaseException], args: tuple[Any, ...], state: dict[str, Any]
) -> BaseException:
    error = cls.__new__(cls, *args)
    error.args = args
    error.__dict__.update(state)
    return error
