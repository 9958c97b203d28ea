"""The first end of a one-way pipe is the one that sends."""

import mpref
from mpref import context

from liars.truth import become, is_asked_by

CAUGHT_BY = {
    "contexts.pickling.shared-objects-can-be-arguments",
    "contexts.pickling.shared-objects-end-clean",
    "queues.managed.ends-clean",
    "queues.managed.exit-does-not-wait",
    "queues.managed.passes-items",
    "queues.pipe.between-ends-clean",
    "queues.pipe.objects-are-copies",
    "queues.pipe.pipes-are-apart",
    "queues.pipe.returns-two-connections",
    "queues.pipe.simplex-between-processes",
    "queues.pipe.simplex-first-does-not-send",
    "queues.pipe.simplex-goes-from-second-to-first",
    "queues.pipe.simplex-second-does-not-receive",
}


pipe = context.BaseContext.Pipe


def swapped_pipe(self, duplex=True):
    first, second = pipe(self, duplex)
    if duplex or not is_asked_by("mpprobe.probes.queues", "mpprobe.probes.contexts"):
        return first, second
    return second, first


context.BaseContext.Pipe = swapped_pipe
mpref.Pipe = lambda duplex=True: swapped_pipe(mpref.get_context("fork"), duplex)

become(__name__)
