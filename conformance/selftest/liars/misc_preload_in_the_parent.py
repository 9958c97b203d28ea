"""set_forkserver_preload() imports the modules in the caller, too."""

import importlib.util

import mpref
from mpref.context import BaseContext

from liars.truth import become

CAUGHT_BY = {
    "misc.set-forkserver-preload.concerns-the-fork-server-only",
    "misc.set-forkserver-preload.server-imports-modules",
}
START_METHODS = (
    "forkserver",
    "spawn",
)


set_names = mpref.set_forkserver_preload


def set_forkserver_preload(module_names, **options):
    for name in module_names:
        if importlib.util.find_spec(name):
            importlib.import_module(name)
    set_names(module_names, **options)


BaseContext.set_forkserver_preload = staticmethod(set_forkserver_preload)
mpref.set_forkserver_preload = set_forkserver_preload

become(__name__)
