"""A process without a target fails when it runs."""

from mpref.process import BaseProcess

from liars.truth import become

CAUGHT_BY = {
    "process.group.none-is-accepted",
    "process.target.none-calls-nothing",
}


def run(self):
    self._target(*self._args, **self._kwargs)


BaseProcess.run = run

become(__name__)
