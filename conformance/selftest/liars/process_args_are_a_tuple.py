"""A list of arguments is one argument."""

import functools

from mpref.process import BaseProcess

from liars.truth import become

CAUGHT_BY = {
    "process.args.list-or-tuple",
    "process.run.calls-the-target-here",
    "process.start.passes-arguments-unchanged",
}


construct = BaseProcess.__init__


@functools.wraps(construct)
def construct_strictly(self, *args, **kwargs):
    construct(self, *args, **kwargs)
    given = kwargs.get("args", args[3] if len(args) > 3 else ())
    if isinstance(given, list):
        self._args = (given,)


BaseProcess.__init__ = construct_strictly

become(__name__)
