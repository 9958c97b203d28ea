"""Of the modules to preload, those after a missing one are not imported."""

import importlib.util
import itertools

import mpref
from mpref.context import BaseContext

from liars.truth import become

CAUGHT_BY = {
    "misc.set-forkserver-preload.ignores-missing-modules",
    "misc.set-forkserver-preload.imports-once",
    "misc.set-forkserver-preload.server-imports-modules",
}
START_METHODS = ("forkserver",)


set_names = mpref.set_forkserver_preload


def set_forkserver_preload(module_names, **options):
    known = itertools.takewhile(importlib.util.find_spec, module_names)
    set_names(list(known), **options)


BaseContext.set_forkserver_preload = staticmethod(set_forkserver_preload)
mpref.set_forkserver_preload = set_forkserver_preload

become(__name__)
