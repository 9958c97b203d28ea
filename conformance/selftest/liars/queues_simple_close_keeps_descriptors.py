"""close() of a SimpleQueue only marks it as closed."""

from mpref.queues import SimpleQueue

from liars.truth import become

CAUGHT_BY = {
    "queues.simple.close-releases",
}


def refuse(*_):
    raise OSError("closed")


def marking_close(self):
    self.put = self.get = self.empty = refuse


SimpleQueue.close = marking_close

become(__name__)
