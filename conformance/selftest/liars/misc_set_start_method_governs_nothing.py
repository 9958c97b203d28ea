"""The module's own Process always uses spawn."""

from mpref import context

from liars.truth import become

CAUGHT_BY = {
    "contexts.example.get-context",
    "contexts.example.set-start-method",
    "contexts.global.is-set-before-use",
    "contexts.global.use-fixes-the-default",
    "misc.set-start-method.fork-governs",
    "misc.set-start-method.forkserver-governs",
    "process.class.unpicklable-instance-works-with-fork",
    "synchronize.sharing.default-context",
}
START_METHODS = (
    "fork",
    "forkserver",
)


context.Process._launch = context.SpawnProcess._launch

become(__name__)
