"""join() and terminate() of a closed process do nothing."""

import functools

from mpref.process import BaseProcess

from liars.truth import become

CAUGHT_BY = {
    "process.close.interrupt-raises",
    "process.close.methods-raise",
}


def harmless(method):
    @functools.wraps(method)
    def call(self, *args, **kwargs):
        return None if self._mp_closed else method(self, *args, **kwargs)

    return call


BaseProcess.join = harmless(BaseProcess.join)
BaseProcess.terminate = harmless(BaseProcess.terminate)
BaseProcess.interrupt = harmless(BaseProcess.interrupt)

become(__name__)
