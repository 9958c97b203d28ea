"""TimeoutError is the builtin, which is no ProcessError."""

import mpref
from mpref import context, exceptions

from liars.truth import become

CAUGHT_BY = {
    "process.process-error.is-the-base",
    "process.timeout-error.is-not-the-builtin",
}


mpref.TimeoutError = TimeoutError
context.BaseContext.TimeoutError = TimeoutError
exceptions.TimeoutError = TimeoutError

become(__name__)
