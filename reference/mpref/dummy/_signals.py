"""Descriptors that say of an object in this process whether it is ready."""

from __future__ import annotations

import os
import threading
import weakref
from typing import Optional

from .._os import descriptors

__all__ = ["Signal"]


class Signal:
    """Something that is so or not, and a descriptor that is ready for reading while it is.

    The descriptor is made when somebody asks for it: most objects are never waited for so.
    """

    def __init__(self) -> None:
        # Reentrant: what is collected in the midst of a call may set another state.
        self._lock = threading.RLock()
        self._is_set = False
        self._reader: Optional[int] = None
        self._writer: Optional[int] = None

    def fileno(self) -> int:
        """The descriptor, which lives as long as this object."""
        with self._lock:
            if self._reader is None:
                self._reader, self._writer = os.pipe()
                fds = [self._reader, self._writer]
                # Not at the interpreter's exit, where objects may still set their state.
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
