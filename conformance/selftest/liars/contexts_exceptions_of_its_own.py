"""Each context has exceptions of its own."""

import mpref
from mpref import context

from liars.truth import become

CAUGHT_BY = {
    "contexts.context.shares-the-modules-exceptions",
}


for kind in (context.ForkContext, context.SpawnContext, context.ForkServerContext):
    kind.TimeoutError = type("TimeoutError", (mpref.TimeoutError,), {})

become(__name__)
