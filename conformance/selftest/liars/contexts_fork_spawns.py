"""fork starts an interpreter for each child."""

from mpref import context

from liars.truth import become

CAUGHT_BY = {
    "contexts.compatibility.fork-lock-does-not-reach-forkserver",
    "contexts.compatibility.fork-lock-does-not-reach-spawn",
    "contexts.compatibility.fork-lock-suits-fork",
    "contexts.context.methods-work-side-by-side",
    "contexts.example.get-context",
    "contexts.example.set-start-method",
    "contexts.fork.calls-os-fork",
    "contexts.fork.child-begins-as-its-parent-is",
    "contexts.fork.global-lock-is-shared",
    "contexts.fork.global-lock-is-shared.ends-clean",
    "contexts.fork.resources-are-inherited",
    "contexts.main-module.fork-does-not-import-it",
    "contexts.main-module.fork-needs-no-guard",
    "contexts.pickling.fork-needs-none",
    "contexts.pickling.lock-ends-clean",
    "contexts.pickling.lock-serves-ten-children",
    "contexts.pickling.shared-objects-can-be-arguments",
    "misc.set-start-method.fork-governs",
    "process.class.unpicklable-instance-works-with-fork",
    "process.foreign.ends-clean",
    "process.foreign.keeps-the-status",
    "process.inheritance.of-fork",
    "process.start.session-target-works-with-fork",
    "process.start.unpicklable-works-with-fork",
}


context.ForkProcess._launch = context.SpawnProcess._launch
context._LAUNCHERS["fork"] = context._LAUNCHERS["spawn"]

become(__name__)
