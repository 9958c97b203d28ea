"""set_forkserver_preload() ends a server that runs, so that the next one preloads."""

import mpref
from mpref._start import forkserver as _start_forkserver
from mpref.context import BaseContext

from liars.truth import become

CAUGHT_BY = {
    "misc.set-forkserver-preload.comes-before-the-server",
}
START_METHODS = ("forkserver",)


set_names = mpref.set_forkserver_preload


def set_forkserver_preload(module_names, **options):
    _start_forkserver._forget_server()
    set_names(module_names, **options)


BaseContext.set_forkserver_preload = staticmethod(set_forkserver_preload)
mpref.set_forkserver_preload = set_forkserver_preload

become(__name__)
