"""exitcode is what run() returns."""

from mpref.process import BaseProcess

from liars.truth import become

CAUGHT_BY = {
    "misc.freeze-support.may-follow-the-guard",
    "process.exitcode.zero-when-run-returned",
    "process.join.exitcode-tells-the-end",
    "process.join.many-times",
    "process.join.waits-for-the-end",
}


def run(self):
    if self._target is None:
        return
    result = self._target(*self._args, **self._kwargs)
    if isinstance(result, int):
        raise SystemExit(result)


BaseProcess.run = run

become(__name__)
