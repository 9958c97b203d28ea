"""A Semaphore can't be released beyond its initial value."""

import mpref
from mpref.context import BaseContext

from liars.truth import become

CAUGHT_BY = {
    "synchronize.bounded-semaphore.across.keeps-the-bound",
    "synchronize.semaphore.across.child-releases",
    "synchronize.semaphore.across.signals",
    "synchronize.semaphore.get-value.follows",
    "synchronize.semaphore.get-value.is-shared",
    "synchronize.semaphore.get-value.of-bounded",
    "synchronize.semaphore.release.goes-beyond-the-initial-value",
}


BaseContext.Semaphore = BaseContext.BoundedSemaphore
mpref.Semaphore = mpref.BoundedSemaphore

become(__name__)
