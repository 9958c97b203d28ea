"""synchronized() wraps a copy of the object."""

import functools

from mpref import sharedctypes

from liars.truth import become

CAUGHT_BY = {
    "sharedctypes.synchronized.keeps-the-object",
    "sharedctypes.synchronized.refuses-wrappers",
    "sharedctypes.synchronized.works-on-the-object",
}


wrap = sharedctypes.synchronized


@functools.wraps(wrap)
def synchronized(obj, lock=None, ctx=None):
    return wrap(sharedctypes.copy(obj), lock, ctx)


sharedctypes.synchronized = synchronized

become(__name__)
