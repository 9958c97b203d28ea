"""The names of the start methods, and the one that is used where none is named.

A program may choose it once, by `set_start_method()`. Otherwise the first caller that has to know
it fixes the default. The state stands here, below the contexts, because process objects, locks,
pools and managers need it and must not depend on the contexts that are built from them.
"""

from __future__ import annotations

from typing import Any

__all__ = ["DEFAULT", "NAMES", "checked", "choose", "chosen", "current"]

# In the order of get_all_start_methods(): the default comes first.
NAMES = ("forkserver", "spawn", "fork")
DEFAULT = NAMES[0]

_chosen: str | None = None


def chosen() -> str | None:
    """The start method in use, or None while it is not fixed yet."""
    return _chosen


def current() -> str:
    """The start method in use; fixes the default when none was chosen."""
    global _chosen
    if _chosen is None:
        _chosen = DEFAULT
    return _chosen


def choose(name: str | None) -> None:
    """Use the start method `name` from now on; None: leave it open again."""
    global _chosen
    _chosen = name


def checked(name: Any) -> str:
    """`name` itself. Raises ValueError when it is not the name of a start method."""
    if name not in NAMES:
        names = ", ".join(map(repr, NAMES))
        raise ValueError(f"cannot find context for {name!r}: the start methods are {names}")
    return str(name)


def of_context(ctx: Any) -> str:
    """The start method of a context; the one in use when `ctx` is None."""
    return current() if ctx is None else str(ctx.get_start_method())
