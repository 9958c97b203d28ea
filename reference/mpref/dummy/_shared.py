"""Values and arrays that threads share, behind locks of threads."""

from __future__ import annotations

from typing import Any

from .. import sharedctypes
from ..sharedctypes import RawArray, RawValue
from ._locks import RLock

__all__ = ["Array", "RawArray", "RawValue", "Value"]


def Value(typecode_or_type: Any, *args: Any, lock: Any = True) -> Any:
    """A ctypes object, by default behind a wrapper that locks each access.

    typecode_or_type: a ctypes type, or a typecode of the array module. args: are passed on to the
    type. lock: True or None: a new RLock; False: no wrapper; else the lock to use.

    Raises AttributeError for a lock that is none, TypeError for what is no ctypes type.

    Anchor: multiprocessing.Value
    """
    return sharedctypes.Value(typecode_or_type, *args, lock=_lock_for(lock))


def Array(typecode_or_type: Any, size_or_initializer: Any, *, lock: Any = True) -> Any:
    """A ctypes array, by default behind a wrapper that locks each access.

    typecode_or_type, lock: as for `Value`. size_or_initializer: the number of elements of an array
    of zeros, or a sequence of the values.

    Raises ValueError for a negative number, TypeError for values that the type does not take. Of
    the array itself, an index beyond the end raises IndexError.

    Anchor: multiprocessing.Array
    """
    return sharedctypes.Array(typecode_or_type, size_or_initializer, lock=_lock_for(lock))


def _lock_for(lock: Any) -> Any:
    return RLock() if lock is True or lock is None else lock
