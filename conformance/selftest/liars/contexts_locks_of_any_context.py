"""A lock of the fork context reaches children of other contexts, and does not lock there."""

import threading

from mpref import synchronize

from liars.truth import become

CAUGHT_BY = {
    "contexts.compatibility.fork-lock-does-not-reach-forkserver",
    "contexts.compatibility.fork-lock-does-not-reach-spawn",
    "contexts.compatibility.fork-lock-is-refused-by-forkserver",
    "contexts.compatibility.fork-lock-is-refused-by-spawn",
}
START_METHODS = ("spawn",)


reduce = synchronize.Lock.__reduce__


def give_another(self):
    return (threading.Lock, ()) if self._start_method == "fork" else reduce(self)


synchronize.Lock.__reduce__ = give_another

become(__name__)
