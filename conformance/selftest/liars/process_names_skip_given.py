"""Processes with a given name do not count where names are generated."""

import functools
import itertools

from mpref import process
from mpref.process import BaseProcess

from liars.truth import become

CAUGHT_BY = {
    "process.name.generated",
    "process.name.is-hierarchical",
}


construct = BaseProcess.__init__


@functools.wraps(construct)
def construct_frugally(self, *args, **kwargs):
    construct(self, *args, **kwargs)
    if kwargs.get("name", args[2] if len(args) > 2 else None):
        process._family.counter = itertools.count(self._identity[-1])


BaseProcess.__init__ = construct_frugally

become(__name__)
