"""terminate() makes the child leave by an exception: cleanups run."""

import signal

from mpref.process import BaseProcess

from liars.truth import become

CAUGHT_BY = {
    "process.inheritance.one-main-thread",
    "process.repr.stopped",
    "process.sentinel.ready-though-a-descendant-lives",
    "process.terminate.gives-the-signals-exitcode",
    "process.terminate.skips-cleanups",
    "process.terminate.spares-descendants",
}


begin = BaseProcess.run


def leave(number, frame):
    raise SystemExit(-number)


def run(self):
    signal.signal(signal.SIGTERM, leave)
    begin(self)


BaseProcess.run = run

become(__name__)
