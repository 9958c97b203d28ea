"""A BoundedSemaphore has no bound."""

import mpref
from mpref.context import BaseContext

from liars.truth import become

CAUGHT_BY = {
    "synchronize.bounded-semaphore.across.keeps-the-bound",
    "synchronize.bounded-semaphore.release.keeps-the-bound",
    "synchronize.bounded-semaphore.release.refusal-changes-nothing",
    "synchronize.bounded-semaphore.value.zero-bounds-at-zero",
}


BaseContext.BoundedSemaphore = BaseContext.Semaphore
mpref.BoundedSemaphore = mpref.Semaphore

become(__name__)
