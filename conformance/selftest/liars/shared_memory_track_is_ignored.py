"""Every block is tracked, and by everybody."""

import functools

from mpref._start import tracker as _tracker
from mpref.shared_memory import SharedMemory

from liars.truth import become

CAUGHT_BY = {
    "shared-memory.track.false-leaves-the-block",
    "shared-memory.track.false-outlives-the-program",
}


construct = SharedMemory.__init__


@functools.wraps(construct)
def init(self, name=None, create=False, size=0, *, track=True):
    construct(self, name, create, size)
    if not create:
        _tracker.remember(self._name, self._file)


SharedMemory.__init__ = init

become(__name__)
