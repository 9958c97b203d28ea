"""Children of spawn do not import the main module."""

from mpref._start import main_module as _main_module

from liars.truth import become

CAUGHT_BY = {
    "contexts.cleanup.killed-program-leaves-no-semaphores",
    "contexts.cleanup.killed-program-leaves-no-shared-memory",
    "contexts.main-module.classes-are-the-childs-own",
    "contexts.main-module.is-imported-by-children",
    "contexts.main-module.missing-guard-raises",
    "contexts.main-module.module-runs-in-children",
    "contexts.main-module.script-runs-in-children",
    "misc.freeze-support.may-follow-the-guard",
    "process.exit.main-joins-other-children",
}
START_METHODS = ("spawn",)


_main_module.origin = lambda: None

become(__name__)
