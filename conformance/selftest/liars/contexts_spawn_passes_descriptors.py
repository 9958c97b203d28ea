"""spawn lets children inherit every inheritable descriptor."""

import os
import subprocess

from mpref._start import spawn as _start_spawn

from liars.truth import become

CAUGHT_BY = {
    "contexts.spawn.descriptors-are-not-inherited",
    "process.inheritance.not-of-spawn",
}
START_METHODS = ("spawn",)


run_interpreter = _start_spawn.run_interpreter


def run_leaking(module, channel):
    careful, subprocess.Popen = subprocess.Popen, Leaking
    try:
        return run_interpreter(module, channel)
    finally:
        subprocess.Popen = careful


class Leaking(subprocess.Popen):
    def __init__(self, command, pass_fds):
        for number in pass_fds:
            os.set_inheritable(number, True)
        super().__init__(command, close_fds=False)


_start_spawn.run_interpreter = run_leaking

become(__name__)
