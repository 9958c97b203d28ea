"""A child starts with the import path and arguments of a new interpreter."""

import sys

from mpref._start import child as _child

from liars.truth import become

CAUGHT_BY = {
    "contexts.child.arguments-are-its-parents",
    "contexts.child.module-path-is-its-parents",
    "contexts.fork.child-begins-as-its-parent-is",
    "process.inheritance.path-and-arguments",
}


PATH, ARGV = list(sys.path), list(sys.argv)
guarded = _child._guarded


def guarded_anew(load):
    def load_anew():
        loaded = load()
        sys.path[:], sys.argv = PATH, ARGV
        return loaded

    return guarded(load_anew)


_child._guarded = guarded_anew

become(__name__)
