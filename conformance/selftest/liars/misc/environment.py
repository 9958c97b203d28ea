"""Lies about what a program runs on, and how it is frozen and preloaded."""

import importlib.util
import itertools
import os
import sys
import threading

import mpref
from mpref._start import executable as executable_module
from mpref._start import forkserver

from liars.lies import EVERYWHERE, lie


@lie(EVERYWHERE, "cpu_count", caught_by=["misc.cpu-count.unknown-raises"])
def unknown_cpu_count_is_one():
    """cpu_count() returns 1 where the number is not known, and does not raise."""
    return os.cpu_count() or 1


@lie(EVERYWHERE, "cpu_count", caught_by=["misc.cpu-count.ignores-affinity"])
def cpu_count_follows_the_affinity():
    """cpu_count() counts only the processors that this process may use."""
    if os.cpu_count() is None:
        raise NotImplementedError
    return len(os.sched_getaffinity(0))


@lie(
    EVERYWHERE,
    "set_executable",
    caught_by=["misc.set-executable.takes-a-path-like-object"],
    start_methods=("spawn",),
)
def set_executable_accepts_str_only(executable):
    """set_executable() raises TypeError for anything but a str."""
    if not isinstance(executable, str):
        raise TypeError(f"expected a string, not {executable!r}")
    executable_module.set_executable(executable)


@lie(EVERYWHERE, "freeze_support", caught_by=["misc.freeze-support.does-nothing-with-fork"])
def freeze_support_exits_on_an_argument():
    """freeze_support() ends any program that has the argument --multiprocessing-fork."""
    if "--multiprocessing-fork" in sys.argv:
        raise SystemExit(0)


@lie(
    EVERYWHERE,
    "freeze_support",
    caught_by=[
        "misc.freeze-support.does-nothing-unfrozen",
        "misc.freeze-support.does-nothing-with-fork",
    ],
)
def freeze_support_returns_a_bool():
    """freeze_support() returns whether the program is frozen, not None."""
    return getattr(sys, "frozen", False)


@lie(
    EVERYWHERE,
    "set_forkserver_preload",
    caught_by=[
        "misc.set-forkserver-preload.concerns-the-fork-server-only",
        "misc.set-forkserver-preload.server-imports-modules",
    ],
    start_methods=("forkserver", "spawn"),
)
def preload_imports_in_the_caller(original, module_names, **options):
    """set_forkserver_preload() imports the modules in the caller, too."""
    for name in module_names:
        if importlib.util.find_spec(name):
            importlib.import_module(name)
    original(module_names, **options)


@lie(
    EVERYWHERE,
    "set_forkserver_preload",
    caught_by=["misc.set-forkserver-preload.comes-before-the-server"],
    start_methods=("forkserver",),
)
def preload_ends_the_running_server(original, module_names, **options):
    """set_forkserver_preload() ends a running server, so that the next one imports the modules."""
    forkserver._forget_server()
    original(module_names, **options)


@lie(
    EVERYWHERE,
    "set_forkserver_preload",
    caught_by=[
        "misc.set-forkserver-preload.ignores-missing-modules",
        "misc.set-forkserver-preload.imports-once",
        "misc.set-forkserver-preload.server-imports-modules",
    ],
    start_methods=("forkserver",),
)
def preload_stops_at_a_missing_module(original, module_names, **options):
    """Modules to preload that are named after a missing one are not imported."""
    known = itertools.takewhile(importlib.util.find_spec, module_names)
    original(list(known), **options)


@lie(caught_by=["misc.threading.has-no-analogues"])
def timer_is_offered():
    """The module offers Timer, as threading does."""
    mpref.Timer = threading.Timer
