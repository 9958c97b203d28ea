"""run() calls the target without its keyword arguments."""

from mpref.process import BaseProcess

from liars.truth import become

CAUGHT_BY = {
    "contexts.pickling.ends-clean",
    "contexts.pickling.fork-needs-none",
    "process.arguments.by-keyword",
    "process.arguments.by-position",
    "process.arguments.ends-clean",
    "process.kwargs.reach-the-target",
    "process.start.calls-the-target",
    "process.start.passes-arguments-unchanged",
    "process.start.unpicklable-works-with-fork",
    "queues.queue.child-gets-what-its-parent-put",
    "queues.queue.example",
    "queues.queue.exchange-ends-clean",
    "queues.queue.keeps-order-whatever-the-size",
    "queues.queue.passes-long-items-whole",
    "queues.queue.passes-objects-unchanged",
    "sharedctypes.child.gets-them-inside-of-others",
    "sharedctypes.child.ways-of-passing-end-clean",
    "sharedctypes.copy.is-shared",
    "sharedctypes.synchronized.is-shared",
}


def run(self):
    if self._target is not None:
        self._target(*self._args)


BaseProcess.run = run

become(__name__)
