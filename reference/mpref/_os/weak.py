"""Weak references to all objects of a kind, for modules that have to find them after a fork."""

import weakref
from typing import TypeVar

T = TypeVar("T")


def living(kept: "weakref.WeakSet[T]") -> list[T]:
    """A list of the members that still exist.

    list(kept) may fail: another thread may add a member meanwhile, and on PyPy the collector may
    drop members during the iteration.
    """
    references = list(kept.data)  # type: ignore[attr-defined]
    found = [reference() for reference in references]
    return [each for each in found if each is not None]
