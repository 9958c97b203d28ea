"""Locks can be pickled at any time."""

from mpref._locks import Shareable

from liars.truth import become

CAUGHT_BY = {
    "synchronize.sharing.pickling-is-refused",
}


Shareable._check_handing_over = lambda self: None

become(__name__)
