"""Children of spawn find modules where the program did at its beginning."""

from mpref._start import child as _child

from liars.truth import become

CAUGHT_BY = {
    "contexts.child.module-path-is-its-parents",
    "process.inheritance.path-and-arguments",
}
START_METHODS = ("spawn",)


path = _child.import_path()
_child.import_path = lambda: path

become(__name__)
