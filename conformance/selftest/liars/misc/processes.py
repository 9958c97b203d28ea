"""Lies about the functions that say which processes there are."""

import copy
import os
import threading

from mpref import process
from mpref.process import BaseProcess, _ParentProcess

from liars.lies import EVERYWHERE, lie, replace


@lie(
    EVERYWHERE,
    "active_children",
    caught_by=[
        "misc.active-children.are-the-askers-own",
        "misc.active-children.gives-the-started-objects",
    ],
)
def active_children_returns_copies(original):
    """active_children() returns copies of the process objects."""
    return [copy.copy(child) for child in original()]


@lie(
    caught_by=[
        "contexts.pickling.failure-leaves-no-child",
        "misc.active-children.are-the-askers-own",
        "misc.active-children.gives-the-started-objects",
        "misc.active-children.joins-the-finished",
        "misc.active-children.lists-the-living",
        "pool.close.gives-everything-back",
        "pool.close.workers-end-by-themselves",
        "pool.join.waits-for-workers",
        "pool.limit.keeps-the-size",
        "pool.making.no-children-after-join",
        "pool.making.workers-are-children",
        "pool.terminate.ends-workers",
        "pool.terminate.gives-everything-back",
        "pool.unpicklable-initializer.leaves-no-workers",
        "process.close.releases-resources",
        "process.start.twice-starts-once",
        "process.stolen-status.is-not-alive",
        "shared-memory.manager.shutdown-stops-the-process",
        "shared-memory.manager.with-releases-all",
        "sharedctypes.manager.controls-a-process",
    ],
)
def active_children_lists_ended_children():
    """active_children() lists every child that was ever started."""
    started = []

    @replace(BaseProcess, "start")
    def start_noted(original, self):
        original(self)
        started.append((os.getpid(), self))

    @replace(EVERYWHERE, "active_children")
    def active_children():
        return [process for pid, process in started if pid == os.getpid()]


@lie(EVERYWHERE, "current_process", caught_by=["misc.current-process.is-one-object"])
def current_process_differs_in_threads(original):
    """current_process() returns a copy of the process object in every thread but the main one."""
    if threading.current_thread() is threading.main_thread():
        return original()
    return copy.copy(original())


@lie(
    _ParentProcess,
    "pid",
    caught_by=[
        "misc.parent-process.is-none-in-main",
        "misc.parent-process.is-the-starter",
        "misc.parent-process.joins-a-killed-parent",
    ],
    start_methods=("forkserver",),
)
def parent_process_follows_getppid(self):
    """parent_process() is the process that forked this one, not the one that called start()."""
    return os.getppid()


@lie(caught_by=["misc.parent-process.is-alive-while-it-lives"])
def parent_process_is_never_alive():
    """parent_process() is never alive, and its join() returns at once."""
    replace(_ParentProcess, "is_alive")(lambda self: False)
    replace(_ParentProcess, "join")(lambda self, timeout=None: None)


@lie(_ParentProcess, "is_alive", caught_by=["misc.parent-process.joins-a-killed-parent"])
def parent_process_is_always_alive(self):
    """parent_process() is alive for ever."""
    return True


@lie(EVERYWHERE, "parent_process", caught_by=["misc.parent-process.is-none-in-main"])
def main_process_is_its_own_parent():
    """parent_process() of the main process is the main process."""
    return process._family.parent or process._family.current
