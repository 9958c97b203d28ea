"""start() raises in a program whose main module no child can import."""

from mpref._start import child as _child
from mpref._start import main_module as _main_module

from liars.truth import become

CAUGHT_BY = {
    "contexts.main-module.command-starts-children",
    "contexts.main-module.stdin-starts-children",
}
START_METHODS = ("spawn",)


pack = _child.pack


def pack_with_main(*arguments, **options):
    if _main_module.origin() is None:
        raise RuntimeError("the main module can't be imported")
    return pack(*arguments, **options)


_child.pack = pack_with_main

become(__name__)
