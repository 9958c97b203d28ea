"""spawn forks."""

from mpref import context

from liars.truth import become

CAUGHT_BY = {
    "contexts.compatibility.fork-lock-does-not-reach-spawn",
    "contexts.compatibility.fork-lock-is-refused-by-spawn",
    "contexts.context.methods-work-side-by-side",
    "contexts.main-module.is-imported-by-children",
    "contexts.main-module.missing-guard-raises",
    "contexts.pickling.argument-is-pickled",
    "contexts.pickling.keyword-is-pickled",
    "contexts.pickling.process-object-is-pickled",
    "contexts.spawn.child-is-a-fresh-interpreter",
    "contexts.spawn.descriptors-are-not-inherited",
    "contexts.spawn.descriptors-of-siblings-are-not-inherited",
    "contexts.spawn.state-is-not-inherited",
    "misc.set-executable.is-used-by-spawn",
    "misc.set-executable.takes-a-path-like-object",
    "misc.set-start-method.spawn-governs",
    "process.class.unpicklable-instance-raises",
    "process.inheritance.not-of-spawn",
    "process.start.failed-leaves-nothing",
    "process.start.session-target-gives-exitcode-1",
    "process.start.session-target-kills-the-child",
    "process.start.unpicklable-argument-raises",
    "process.start.unpicklable-keyword-raises",
    "process.start.unpicklable-target-raises",
}
START_METHODS = ("spawn",)


context.SpawnProcess._launch = context.ForkProcess._launch
context._LAUNCHERS["spawn"] = context._LAUNCHERS["fork"]

become(__name__)
