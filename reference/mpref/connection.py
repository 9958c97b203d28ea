"""The documentation's chapters "Connection Objects" and "Listeners and Clients"."""

from __future__ import annotations

from ._facade import present
from ._ipc.authentication import answer_challenge, deliver_challenge
from ._ipc.connections import Connection, Pipe, wait
from ._ipc.listeners import Client, Listener
from .exceptions import AuthenticationError, BufferTooShort

__all__ = [
    "AuthenticationError",
    "BufferTooShort",
    "Client",
    "Connection",
    "Listener",
    "Pipe",
    "answer_challenge",
    "deliver_challenge",
    "wait",
]

present(__name__, Client, Connection, Listener, Pipe, answer_challenge, deliver_challenge, wait)
