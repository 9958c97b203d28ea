"""join(timeout) returns at once."""

from mpref.process import BaseProcess

from liars.truth import become, is_of_a_later_chapter

CAUGHT_BY = {
    "process.join.timeout-bounds-the-wait",
    "process.join.timeout-is-an-upper-bound",
}


join = BaseProcess.join


def impatient_join(self, timeout=None):
    if timeout is not None and not is_of_a_later_chapter(self):
        timeout = 0
    return join(self, timeout)


BaseProcess.join = impatient_join

become(__name__)
