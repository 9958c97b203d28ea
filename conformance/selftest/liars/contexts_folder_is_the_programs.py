"""Children begin in the folder in which the program was started."""

from mpref._start import child as _child
from mpref._start import main_module as _main_module

from liars.truth import become

CAUGHT_BY = {
    "contexts.child.folder-is-its-parents",
    "process.inheritance.environment",
}
START_METHODS = ("spawn",)


_child._current_dir = lambda: _main_module.ORIGINAL_DIR

become(__name__)
