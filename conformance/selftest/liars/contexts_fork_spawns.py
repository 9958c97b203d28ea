"""fork starts an interpreter for each child."""

from mpref import context
from mpref._start import fork as _start_fork
from mpref._start import spawn as _start_spawn

from liars.truth import become, is_of_a_later_chapter

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


launch_by_fork = _start_fork.launch


def launch(process):
    if is_of_a_later_chapter(process):
        return launch_by_fork(process)
    return _start_spawn.launch(process)


_start_fork.launch = context._LAUNCHERS["fork"] = launch

become(__name__)
