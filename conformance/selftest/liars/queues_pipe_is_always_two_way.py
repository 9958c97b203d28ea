"""Pipe(False) makes a two-way pipe."""

import mpref
from mpref import context

from liars.truth import become

CAUGHT_BY = {
    "connection.class.wrong-direction-raises",
    "connection.transfer.keeps-the-direction",
    "queues.pipe.simplex-first-does-not-send",
    "queues.pipe.simplex-second-does-not-receive",
}


pipe = context.BaseContext.Pipe


def two_way_pipe(self, duplex=True):
    return pipe(self, True)


context.BaseContext.Pipe = two_way_pipe
mpref.Pipe = lambda duplex=True: two_way_pipe(mpref.get_context("fork"))

become(__name__)
