"""Lies about what a child gets from its parent: the main module, pickled objects, surroundings."""

import contextlib
import os
import pickle
import sys
import threading

from mpref import context, process, synchronize
from mpref._start import interpreter, main_module, preparation, surroundings

from liars.lies import lie, replace


@lie(
    caught_by=[
        "contexts.child.arguments-are-its-parents",
        "process.inheritance.path-and-arguments",
    ],
    start_methods=("spawn",),
)
def spawned_child_gets_the_original_argv():
    """Children of spawn get the arguments that the program began with, not the present ones."""
    argv = list(sys.argv)

    @replace(preparation, "pack")
    def pack_with_argv(original, *arguments, **options):
        now, sys.argv = sys.argv, argv
        try:
            return original(*arguments, **options)
        finally:
            sys.argv = now


@lie(
    caught_by=[
        "contexts.pickling.happens-at-start",
        "contexts.pickling.process-object-is-pickled",
        "misc.current-process.is-the-started-object",
    ],
    start_methods=("spawn",),
)
def later_attributes_are_not_sent():
    """What is set on a process object after its construction does not reach the child."""

    @replace(context.SpawnProcess, "__init__")
    def make_noted(original, self, *arguments, **options):
        original(self, *arguments, **options)
        self._noted = frozenset(vars(self))

    @replace(context.SpawnProcess, "_launch")
    def launch_as_made(original, self):
        later = {name: value for name, value in vars(self).items() if name not in self._noted}
        for name in later:
            delattr(self, name)
        try:
            return original(self)
        finally:
            vars(self).update(later)


@lie(
    context.SpawnProcess,
    "_launch",
    caught_by=[
        "contexts.compatibility.ends-clean",
        "contexts.pickling.ends-clean",
        "contexts.pickling.failure-leaves-no-child",
        "process.start.failed-leaves-nothing",
        "process.start.unpicklable-ends-clean",
    ],
    start_methods=("spawn",),
)
def failed_start_is_listed_as_a_child(original, self):
    """A process whose start() failed is listed as a living child."""
    process._family.children.add(self)
    return original(self)


@lie(
    surroundings,
    "_current_dir",
    caught_by=[
        "contexts.child.folder-is-its-parents",
        "process.inheritance.environment",
    ],
    start_methods=("spawn",),
)
def spawned_child_gets_the_original_folder():
    """Children of spawn begin in the working directory that the program began in."""
    return main_module.ORIGINAL_DIR


@lie(
    context.ForkProcess,
    "_launch",
    caught_by=[
        "contexts.pickling.fork-needs-none",
        "process.start.unpicklable-works-with-fork",
        "sharedctypes.child.gets-arrays-of-arrays",
    ],
)
def fork_requires_picklable_objects(original, self):
    """start() raises, with fork, for target and arguments that can't be pickled."""
    with contextlib.suppress(RuntimeError):  # says what is handed over at start() only
        pickle.dumps((self._target, self._args, self._kwargs, vars(self).get("extra")))
    return original(self)


@lie(
    main_module,
    "refuse_while_importing",
    caught_by=["contexts.main-module.missing-guard-raises"],
    start_methods=("spawn",),
)
def missing_guard_raises_value_error():
    """start() raises ValueError, not RuntimeError, where the main module lacks its guard."""
    if main_module.importing():
        raise ValueError("put it under a guard")


@lie(
    synchronize.Lock,
    "__reduce__",
    caught_by=[
        "contexts.compatibility.fork-lock-does-not-reach-forkserver",
        "contexts.compatibility.fork-lock-does-not-reach-spawn",
        "contexts.compatibility.fork-lock-is-refused-by-forkserver",
        "contexts.compatibility.fork-lock-is-refused-by-spawn",
    ],
    start_methods=("spawn",),
)
def fork_lock_excludes_nobody_elsewhere(original, self):
    """A lock of the fork context reaches children of other contexts, where it excludes nobody."""
    return (threading.Lock, ()) if self._start_method == "fork" else original(self)


@lie(
    preparation,
    "pack",
    caught_by=[
        "contexts.main-module.command-starts-children",
        "contexts.main-module.stdin-starts-children",
    ],
    start_methods=("spawn",),
)
def start_requires_an_importable_main(original, *arguments, **options):
    """start() raises in a program whose main module no child can import."""
    if main_module.origin() is None:
        raise RuntimeError("the main module can't be imported")
    return original(*arguments, **options)


@lie(
    main_module,
    "origin",
    caught_by=[
        "contexts.cleanup.killed-program-leaves-no-semaphores",
        "contexts.cleanup.killed-program-leaves-no-shared-memory",
        "contexts.main-module.classes-are-the-childs-own",
        "contexts.main-module.is-imported-by-children",
        "contexts.main-module.missing-guard-raises",
        "contexts.main-module.module-runs-in-children",
        "contexts.main-module.script-runs-in-children",
        "misc.freeze-support.may-follow-the-guard",
        "process.exit.main-joins-other-children",
    ],
    start_methods=("spawn",),
)
def spawned_child_skips_the_main_module():
    """Children of spawn do not import the main module."""


@lie(
    caught_by=[
        "contexts.child.module-path-is-its-parents",
        "process.inheritance.path-and-arguments",
    ],
    start_methods=("spawn",),
)
def spawned_child_gets_the_original_import_path():
    """Children of spawn get the import path that the program began with, not the present one."""
    path = interpreter.import_path()
    replace(interpreter, "import_path")(lambda: path)


@lie(
    context.SpawnProcess,
    "_launch",
    caught_by=[
        "contexts.pickling.argument-is-pickled",
        "contexts.pickling.keyword-is-pickled",
        "contexts.pickling.process-object-is-pickled",
        "process.start.failed-leaves-nothing",
        "process.start.unpicklable-argument-raises",
        "process.start.unpicklable-keyword-raises",
        "process.start.unpicklable-target-raises",
    ],
    start_methods=("spawn",),
)
def unpicklable_argument_fails_in_the_child(original, self):
    """start() does not raise for what can't be pickled: the child exits with code 1."""
    try:
        return original(self)
    except TypeError:
        return original(context.SpawnProcess(target=os._exit, args=(1,)))
