"""fork asks for what it sends to be picklable."""

import contextlib
import pickle

from mpref import context

from liars.truth import become

CAUGHT_BY = {
    "contexts.pickling.fork-needs-none",
    "process.start.unpicklable-works-with-fork",
    "sharedctypes.child.gets-arrays-of-arrays",
}


launch = context.ForkProcess._launch


def launch_checked(self):
    with contextlib.suppress(RuntimeError):  # says what is handed over at start() only
        pickle.dumps((self._target, self._args, self._kwargs, vars(self).get("extra")))
    return launch(self)


context.ForkProcess._launch = launch_checked

become(__name__)
