"""Starting a process leaves the global start method unset."""

from mpref import context

from liars.truth import become

CAUGHT_BY = {
    "contexts.global.is-set-before-use",
    "contexts.global.use-fixes-the-default",
}


def launch(self):
    actual = context.default_context._actual or context._CONTEXTS[context._DEFAULT]
    return context._LAUNCHERS[actual.get_start_method()](self)


context.Process._launch = launch

become(__name__)
