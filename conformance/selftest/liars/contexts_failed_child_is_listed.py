"""A process whose start() failed counts as a child that is alive."""

from mpref import context, process

from liars.truth import become

CAUGHT_BY = {
    "contexts.compatibility.ends-clean",
    "contexts.pickling.ends-clean",
    "contexts.pickling.failure-leaves-no-child",
    "process.start.failed-leaves-nothing",
    "process.start.unpicklable-ends-clean",
}
START_METHODS = ("spawn",)


launch = context.SpawnProcess._launch


def launch_listed(self):
    process._family.children.add(self)
    return launch(self)


context.SpawnProcess._launch = launch_listed

become(__name__)
