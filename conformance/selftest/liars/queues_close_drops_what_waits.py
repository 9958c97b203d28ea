"""close() throws away what was not handed over yet."""

from mpref.queues import _Feeder

from liars.truth import become

CAUGHT_BY = {
    "queues.close.closing-ends-clean",
    "queues.close.concerns-one-process",
    "queues.close.hands-everything-over",
    "queues.close.put-raises-in-a-child",
    "queues.exit.hands-everything-over",
    "queues.join-thread.hands-everything-over",
    "queues.join-thread.returns-when-all-is-taken",
}


close = _Feeder.close


def hasty_close(self):
    while len(self._waiting) > 1:
        self._waiting.pop()
    close(self)


_Feeder.close = hasty_close

become(__name__)
