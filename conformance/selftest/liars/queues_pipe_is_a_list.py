"""Pipe() returns a list."""

import mpref
from mpref import context

from liars.truth import become

CAUGHT_BY = {
    "queues.pipe.returns-two-connections",
}


pipe = context.BaseContext.Pipe


def listing_pipe(self, duplex=True):
    return list(pipe(self, duplex))


context.BaseContext.Pipe = listing_pipe
mpref.Pipe = lambda duplex=True: listing_pipe(mpref.get_context("fork"), duplex)

become(__name__)
