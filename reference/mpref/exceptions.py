"""The exceptions of the documentation's chapter "Process and exceptions"."""

from __future__ import annotations

__all__ = ["AuthenticationError", "BufferTooShort", "ProcessError", "TimeoutError"]


class ProcessError(Exception):
    """The base class of all exceptions of this package.

    Anchor: multiprocessing.ProcessError
    """


class BufferTooShort(ProcessError):
    """A buffer was too small for a message; `args[0]` is the whole message as bytes.

    Anchor: multiprocessing.BufferTooShort
    """


class AuthenticationError(ProcessError):
    """The two ends of a connection did not agree on the authentication key.

    Anchor: multiprocessing.AuthenticationError
    """


class TimeoutError(ProcessError):
    """A timeout expired. This is not the built-in exception of that name.

    Anchor: multiprocessing.TimeoutError
    """
