"""What can't be pickled is noticed by a child that dies, not by start()."""

import os

from mpref import context

from liars.truth import become

CAUGHT_BY = {
    "contexts.pickling.argument-is-pickled",
    "contexts.pickling.keyword-is-pickled",
    "contexts.pickling.process-object-is-pickled",
    "process.start.failed-leaves-nothing",
    "process.start.unpicklable-argument-raises",
    "process.start.unpicklable-keyword-raises",
    "process.start.unpicklable-target-raises",
}
START_METHODS = ("spawn",)


launch = context.SpawnProcess._launch


def launch_always(self):
    try:
        return launch(self)
    except TypeError:
        return launch(context.SpawnProcess(target=os._exit, args=(1,)))


context.SpawnProcess._launch = launch_always

become(__name__)
