"""A child starts with the import path and arguments of a new interpreter."""

import sys

from mpref import _child

from liars.truth import become

CAUGHT_BY = {
    "contexts.child.arguments-are-its-parents",
    "contexts.child.module-path-is-its-parents",
    "contexts.fork.child-begins-as-its-parent-is",
    "process.inheritance.path-and-arguments",
}


PATH, ARGV = list(sys.path), list(sys.argv)
begin = _child._begin


def begin_anew(child, on_ready):
    sys.path[:], sys.argv = PATH, ARGV
    return begin(child, on_ready)


_child._begin = begin_anew

become(__name__)
