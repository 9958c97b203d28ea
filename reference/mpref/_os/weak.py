"""What a module keeps weakly of all that it has made."""

import weakref
from typing import List, TypeVar

T = TypeVar("T")


def living(kept: "weakref.WeakSet[T]") -> List[T]:
    """The members that still live, now.

    list(kept) isn't to be had: another thread that adds one disturbs it, and on PyPy the collector,
    which may drop some while they are counted.
    """
    references = list(kept.data)  # type: ignore[attr-defined]
    found = [reference() for reference in references]
    return [each for each in found if each is not None]
