"""Lies about what children find around them: arguments, variables, the main module, signals."""

import os
import sys

from mpref._start import inherited, interpreter, main_module, server, surroundings
from mpref._start.surroundings import Surroundings

from liars.lies import lie, replace

_SURROUNDINGS = "contexts.surroundings."


def _named(*names: str) -> list[str]:
    return [_SURROUNDINGS + name for name in names]


@lie(
    surroundings,
    "found",
    caught_by=_named(
        "top-sees-the-arguments", "top-sees-later-arguments", "module-sees-the-arguments"
    ),
    start_methods=("forkserver",),
)
def server_children_have_no_arguments(original, path, original_dir):
    """A child of the fork server has an empty sys.argv."""
    return original(path, original_dir)._replace(argv=[""])


@lie(
    Surroundings,
    "_apply_environment",
    caught_by=_named("variables-are-those-of-the-start", "top-sees-later-arguments"),
    start_methods=("forkserver",),
)
def environment_is_the_servers(self):
    """A child of the fork server has the environment in which the server began."""


@lie(
    caught_by=_named("top-sees-later-arguments"),
    start_methods=("forkserver",),
)
def main_module_is_run_once():
    """The main module of the fork server stays, whatever was changed since."""

    @replace(main_module, "load")
    def load(original, wanted, seen):
        if wanted is None or wanted != main_module._origin:
            original(wanted, seen)


@lie(
    interpreter,
    "options",
    caught_by=_named("top-sees-the-flags"),
    start_methods=("spawn",),
)
def options_are_not_passed_on(original):
    """A spawned child is run without the options of its parent's interpreter, but for -X."""
    return [word for word in original() if word != "-O"]


@lie(
    caught_by=_named(
        "run-path-works",
        "run-module-works",
        "compiled-file-works",
        "replaced-main-works",
    ),
    start_methods=("spawn",),
)
def alias_is_bound_at_the_import():
    """__mp_main__ is the module that was __main__ when the package was imported."""
    sys.modules[main_module.ALIAS] = sys.modules["__main__"]


@lie(
    main_module,
    "refuse_unreadable",
    caught_by=_named("removed-main-raises-in-start"),
    start_methods=("spawn",),
)
def missing_main_is_found_out_by_the_child(wanted):
    """start() does not look whether the main module's file is there."""


@lie(
    server,
    "_disarm_watchdog",
    caught_by=_named("watchdog-spares-the-server"),
    start_methods=("forkserver",),
)
def server_keeps_the_watchdog():
    """The watchdog that the main module arms at its top ends the fork server."""


@lie(
    inherited,
    "_reset_handlers",
    caught_by=_named("terminate-ends-a-loops-child"),
    start_methods=("fork",),
)
def forked_child_keeps_the_handlers_of_the_loop():
    """SIGTERM is left to an event loop that does not run in a forked child."""


@lie(
    interpreter,
    "import_path",
    caught_by=_named("top-sees-the-import-path"),
    start_methods=("spawn",),
)
def import_path_is_cut(original):
    """The last entry of sys.path does not reach a child."""
    path = original()
    return path[:-2] + path[-1:]


@lie(
    inherited,
    "let_go",
    caught_by=_named("signals-reach-one-loop", "terminate-ends-a-loops-child"),
    start_methods=("fork",),
)
def forked_child_keeps_the_event_loop():
    """A signal that a forked child gets is handled by the event loop of its parent."""


@lie(
    surroundings,
    "found",
    caught_by=_named("top-sees-folder-and-environment", "top-sees-later-arguments"),
    start_methods=("spawn",),
)
def children_begin_in_the_root_folder(original, path, original_dir):
    """A child begins in the root folder."""
    return original(path, original_dir)._replace(current_dir="/")


@lie(
    main_module,
    "origin",
    caught_by=_named("top-knows-its-file"),
    start_methods=("spawn",),
)
def main_module_has_a_relative_file(original):
    """__file__ of a script is its bare name in a child."""
    found = original()
    if found is None or found.path is None:
        return found
    return found._replace(file=os.path.basename(found.path))
