"""close() terminates a process that still runs."""

from mpref.process import BaseProcess

from liars.truth import become

CAUGHT_BY = {
    "process.close.attributes-raise",
    "process.close.finished-returns-none",
    "process.close.methods-raise",
    "process.close.releases-resources",
    "process.close.running-raises",
    "process.close.twice-is-harmless",
    "process.close.unstarted-is-harmless",
}


close = BaseProcess.close


def close_at_any_price(self):
    if self._mp_handle is not None and self.is_alive():
        self.terminate()
        self.join()
    close(self)


BaseProcess.close = close_at_any_price

become(__name__)
