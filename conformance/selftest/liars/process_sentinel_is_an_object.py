"""A sentinel is an object with a fileno() method."""

from mpref.process import BaseProcess

from liars.truth import become

CAUGHT_BY = {
    "listeners.wait.mixes-kinds",
    "listeners.wait.sentinels",
    "listeners.wait.sentinels-of-joined-processes",
    "process.sentinel.is-a-number",
    "process.timeout-error.ends-clean",
}


sentinel = BaseProcess.sentinel.fget


class Sentinel:
    def __init__(self, number):
        self.number = number

    def fileno(self):
        return self.number

    def __eq__(self, other):
        return self.number == other.number

    def __hash__(self):
        return hash(self.number)


BaseProcess.sentinel = property(lambda self: Sentinel(sentinel(self)))

become(__name__)
