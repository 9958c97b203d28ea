"""Descriptors that are ready for reading while an object in this process is ready."""

from __future__ import annotations

import os
import threading
import weakref

from .._os import descriptors

__all__ = ["Signal"]


class Signal:
    """A flag, and a descriptor that is ready for reading while the flag is set.

    The descriptor is made when somebody asks for it, as most objects are never waited for by one.
    """

    def __init__(self) -> None:
        # Reentrant, as an object that is collected in the middle of a call may set the flag.
        self._lock = threading.RLock()
        self._is_set = False
        self._reader: int | None = None
        self._writer: int | None = None

    def fileno(self) -> int:
        """The descriptor, which lives as long as this object."""
        with self._lock:
            if self._reader is None:
                self._reader, self._writer = os.pipe()
                fds = [self._reader, self._writer]
                # Not at the interpreter's exit, when objects may still set their flags.
                weakref.finalize(self, descriptors.close_all, fds).atexit = False
                if self._is_set:
                    os.write(self._writer, b"!")
            return self._reader

    def set(self) -> None:
        with self._lock:
            if not self._is_set:
                self._is_set = True
                if self._writer is not None:
                    os.write(self._writer, b"!")

    def clear(self) -> None:
        with self._lock:
            if self._is_set:
                self._is_set = False
                if self._reader is not None:
                    os.read(self._reader, 1)
