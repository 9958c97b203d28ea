"""What a child gets from its parent beside what it was made with.

A forked child has it all. For the other methods it travels as an attribute of the process object,
and takes effect where that is loaded in the child.
"""

from __future__ import annotations

import sys
from typing import Any, Callable, Optional, Tuple

from . import _handle, _reduction, _tracker, process

__all__ = ["launch"]


def launch(
    child: process.BaseProcess, start: Callable[[process.BaseProcess], _handle.Handle]
) -> _handle.Handle:
    """`start(child)`, with the heirlooms. Raises what `start` raises, and OSError."""
    # Also for fork: the family must exist before it branches.
    child.__dict__["_mp_heirloom"] = _Heirloom(_tracker.family())
    try:
        return start(child)
    finally:
        del child.__dict__["_mp_heirloom"]


class _Heirloom:
    def __init__(self, family: int) -> None:
        self._family = family

    def __reduce__(self) -> Tuple[Any, ...]:
        logging = sys.modules.get(f"{__package__}._logging")
        settings = None if logging is None else logging.settings()
        return _inherit, (_reduction.DupFd(self._family), settings)


def _inherit(family: _reduction.DupFd, log_settings: Optional[Tuple[int, bool]]) -> None:
    _tracker.adopt(family.detach())
    if log_settings is not None:
        from . import _logging

        _logging.apply(*log_settings)
