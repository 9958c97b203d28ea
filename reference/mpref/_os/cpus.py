"""How many processors there are."""

from __future__ import annotations

import os

__all__ = ["cpu_count", "usable"]


def cpu_count() -> int:
    """The number of CPUs of the system, not of those this process may use.

    Raises NotImplementedError when it can't be determined.

    Anchor: multiprocessing.cpu_count
    """
    count = os.cpu_count()
    if count is None:
        raise NotImplementedError("the system does not tell how many CPUs it has")
    return count


def usable() -> int:
    """The number of CPUs that this process may use; 1 when the system does not tell."""
    if hasattr(os, "process_cpu_count"):
        return os.process_cpu_count() or 1
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
