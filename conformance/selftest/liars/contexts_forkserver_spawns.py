"""forkserver starts an interpreter for each child."""

from mpref import context

from liars.truth import become

CAUGHT_BY = {
    "contexts.context.methods-work-side-by-side",
    "contexts.forkserver.one-server-forks-all",
    "contexts.forkserver.server-forks-the-children",
    "contexts.forkserver.server-has-one-thread",
    "misc.set-forkserver-preload.ignores-missing-modules",
    "misc.set-forkserver-preload.imports-once",
    "misc.set-forkserver-preload.server-imports-modules",
    "misc.set-start-method.forkserver-governs",
}
START_METHODS = ("forkserver",)


context.ForkServerProcess._launch = context.SpawnProcess._launch
context._LAUNCHERS["forkserver"] = context._LAUNCHERS["spawn"]

become(__name__)
