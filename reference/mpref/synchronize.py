"""The documentation's chapter "Synchronization primitives".

All of these use blocks of anonymous shared memory: a forked child has them, a child of another
start method gets them with its arguments, and nothing is left when the last process has ended.
"""

from ._facade import present
from ._sync.barriers import Barrier
from ._sync.conditions import Condition, Event
from ._sync.locks import BoundedSemaphore, Lock, RLock, Semaphore

__all__ = [
    "Barrier",
    "BoundedSemaphore",
    "Condition",
    "Event",
    "Lock",
    "RLock",
    "Semaphore",
]

present(__name__, Barrier, BoundedSemaphore, Condition, Event, Lock, RLock, Semaphore)
