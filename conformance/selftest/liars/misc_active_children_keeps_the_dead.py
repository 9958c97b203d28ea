"""active_children() lists every child that was ever started."""

import os

import mpref
from mpref.context import BaseContext
from mpref.process import BaseProcess

from liars.truth import become

CAUGHT_BY = {
    "contexts.pickling.failure-leaves-no-child",
    "misc.active-children.are-the-askers-own",
    "misc.active-children.gives-the-started-objects",
    "misc.active-children.joins-the-finished",
    "misc.active-children.lists-the-living",
    "process.close.releases-resources",
    "process.start.twice-starts-once",
    "process.stolen-status.is-not-alive",
    "shared-memory.manager.shutdown-stops-the-process",
    "shared-memory.manager.with-releases-all",
    "sharedctypes.manager.controls-a-process",
}


start = BaseProcess.start
started = []


def start_noted(self):
    start(self)
    started.append((os.getpid(), self))


def active_children():
    return [process for pid, process in started if pid == os.getpid()]


BaseProcess.start = start_noted
BaseContext.active_children = staticmethod(active_children)
mpref.active_children = active_children

become(__name__)
