"""The default start method is fork, as it was before 3.14."""

from mpref import context

from liars.truth import become

CAUGHT_BY = {
    "contexts.start-methods.fork-is-default",
    "contexts.start-methods.forkserver-is-default",
    "misc.get-all-start-methods.first-on-linux",
    "misc.get-start-method.default-on-linux",
}


context._DEFAULT = "fork"
context._CONTEXTS = {name: context._CONTEXTS[name] for name in ("fork", "spawn", "forkserver")}

become(__name__)
