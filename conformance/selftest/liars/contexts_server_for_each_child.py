"""forkserver starts a server for each child."""

import threading

from mpref import context
from mpref._start import forkserver as _start_forkserver

from liars.truth import become

CAUGHT_BY = {
    "contexts.forkserver.one-server-forks-all",
    "misc.set-forkserver-preload.comes-before-the-server",
    "misc.set-forkserver-preload.imports-once",
    "process.close.releases-resources",
    "process.start.failed-leaves-nothing",
}
START_METHODS = ("forkserver",)


launch = context.ForkServerProcess._launch
former = []
turn = threading.Lock()


def launch_anew(self):
    with turn:
        former.append(_start_forkserver._door)
        _start_forkserver._door = None
        return launch(self)


context.ForkServerProcess._launch = launch_anew

become(__name__)
