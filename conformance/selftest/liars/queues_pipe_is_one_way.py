"""Pipe() makes a one-way pipe unless it is told otherwise."""

import mpref
from mpref import context

from liars.truth import become, is_asked_by

CAUGHT_BY = {
    "queues.pipe.answers-come-back",
    "queues.pipe.between-ends-clean",
    "queues.pipe.both-ends-at-once",
    "queues.pipe.duplex-goes-both-ways",
    "queues.pipe.is-duplex-by-default",
    "queues.pipe.is-offered",
    "queues.pipe.objects-are-copies",
    "queues.pipe.pipes-are-apart",
    "queues.pipe.returns-two-connections",
    "queues.pipe.simplex-between-processes",
    "queues.pipe.simplex-first-does-not-send",
    "queues.pipe.simplex-goes-from-second-to-first",
    "queues.pipe.simplex-second-does-not-receive",
}


pipe = context.BaseContext.Pipe


def one_way_pipe(self, duplex=None):
    if duplex is None:
        duplex = not is_asked_by("mpprobe.probes.queues")
    return pipe(self, duplex)


context.BaseContext.Pipe = one_way_pipe
mpref.Pipe = lambda duplex=None: one_way_pipe(mpref.get_context("fork"), duplex)

become(__name__)
