"""A process object gets a random key of its own."""

import functools
import os

from mpref.process import BaseProcess

from liars.truth import become

CAUGHT_BY = {
    "authkeys.process-key.ends-clean",
    "authkeys.process-key.is-a-managers",
    "authkeys.process-key.is-that-of-the-creation",
    "authkeys.process-key.shared-by-all",
    "process.authkey.inherited-at-construction",
    "process.authkey.reaches-the-child",
}


construct = BaseProcess.__init__


@functools.wraps(construct)
def construct_with_key(self, *args, **kwargs):
    construct(self, *args, **kwargs)
    self.authkey = os.urandom(32)


BaseProcess.__init__ = construct_with_key

become(__name__)
