"""Children of spawn get the arguments that the program began with."""

import sys

from mpref._start import child as _child

from liars.truth import become

CAUGHT_BY = {
    "contexts.child.arguments-are-its-parents",
    "process.inheritance.path-and-arguments",
}
START_METHODS = ("spawn",)


argv = list(sys.argv)
pack = _child.pack


def pack_with_argv(*arguments, **options):
    now, sys.argv = sys.argv, argv
    try:
        return pack(*arguments, **options)
    finally:
        sys.argv = now


_child.pack = pack_with_argv

become(__name__)
