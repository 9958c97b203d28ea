"""Waiting for many descriptors, each with a function to call when it gets ready."""

from __future__ import annotations

import select
from typing import Any, Callable

from .._os import descriptors

__all__ = ["Watch"]


class Watch:
    """To be used by one thread. A descriptor has to be removed before it is closed."""

    def __init__(self) -> None:
        self._handlers: dict[int, Callable[[], Any]] = {}
        self._poll = select.poll()

    def add(self, fd: int, handler: Callable[[], Any]) -> None:
        self._poll.register(fd, select.POLLIN)
        self._handlers[fd] = handler

    def remove(self, fd: int) -> None:
        if self._handlers.pop(fd, None) is not None:
            self._poll.unregister(fd)

    def wait(self, timeout: float | None) -> list[Callable[[], Any]]:
        """The handlers of descriptors that get ready within `timeout` seconds (None: no limit)."""
        handlers = self._handlers
        return [handlers[fd] for fd, _ in descriptors.poll_until(self._poll, timeout)]
