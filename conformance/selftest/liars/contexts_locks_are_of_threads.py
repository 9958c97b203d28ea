"""A lock is one of threads: each forked child has its own."""

import threading

import mpref
from mpref.context import BaseContext

from liars.truth import become

CAUGHT_BY = {
    "contexts.fork.global-lock-is-shared",
    "contexts.pickling.lock-serves-ten-children",
}


BaseContext.Lock = lambda self: threading.Lock()
mpref.Lock = threading.Lock

become(__name__)
