"""With fork, too, what can't be pickled is refused."""

import pickle

from mpref.process import BaseProcess

from liars.truth import become, is_of_a_later_chapter

CAUGHT_BY = {
    "contexts.compatibility.fork-lock-does-not-reach-forkserver",
    "contexts.compatibility.fork-lock-does-not-reach-spawn",
    "contexts.compatibility.fork-lock-suits-fork",
    "contexts.example.get-context",
    "contexts.example.set-start-method",
    "contexts.pickling.fork-needs-none",
    "contexts.pickling.lock-ends-clean",
    "contexts.pickling.lock-serves-ten-children",
    "contexts.pickling.shared-objects-can-be-arguments",
    "process.class.unpicklable-instance-works-with-fork",
    "process.start.unpicklable-works-with-fork",
    "process.timeout-error.raised-when-time-is-over",
}


start = BaseProcess.start


def start_pickling(self):
    if not is_of_a_later_chapter(self):
        pickle.dumps((self._target, self._args, self._kwargs, vars(self).get("held")))
    return start(self)


BaseProcess.start = start_pickling

become(__name__)
