"""A missing guard raises ValueError."""

from mpref._start import child as _child
from mpref._start import main_module as _main_module

from liars.truth import become

CAUGHT_BY = {
    "contexts.main-module.missing-guard-raises",
}
START_METHODS = ("spawn",)


def refuse_while_importing():
    if _main_module.importing():
        raise ValueError("put it under a guard")


_child.refuse_while_importing = refuse_while_importing

become(__name__)
