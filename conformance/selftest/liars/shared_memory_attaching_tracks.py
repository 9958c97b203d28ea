"""Who attaches to a block sees to its end."""

import functools

from mpref._start import tracker as _tracker
from mpref.shared_memory import SharedMemory

from liars.truth import become

CAUGHT_BY = {
    # The lie is caught by the last one. What changed since 3.12 the reference does as in 3.14.
    "connection.recv-bytes-into.buffer-by-keyword",
    "connection.send-bytes.buffer-by-keyword",
    "contexts.start-methods.fork-is-default",
    "misc.get-all-start-methods.first-on-linux",
    "misc.get-start-method.default-on-linux",
    "shared-memory.program.end-keeps-the-block",
}
# Later documentation allows it.
FLAGS = ("--docs", "3.12")


construct = SharedMemory.__init__


@functools.wraps(construct)
def init(self, name=None, create=False, size=0, *, track=True):
    construct(self, name, create, size, track=track)
    if track and not create:
        _tracker.remember(self._name, self._file)


SharedMemory.__init__ = init

become(__name__)
