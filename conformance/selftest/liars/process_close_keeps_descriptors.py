"""close() does not give back the descriptor of the sentinel."""

from mpref._os import child_handle as _handle

from liars.truth import become

CAUGHT_BY = {
    "process.close.releases-resources",
}


KEPT = []


def keep(self):
    if self._open:
        self._open = False
        KEPT.append(self.sentinel)


_handle.Handle.close = keep

become(__name__)
