"""What the probes of processes share: targets that say that they ran."""

import os

from mpprobe.probes._common import error_of
from mpprobe.toolkit import documented_names, park, process_state, tell, until


def state_in_the_end(pid):
    """The kernel's letter for a process that ends by now, or ended: None, unless nobody reaps it.

    A fork server may tell of an end a moment before the kernel is done with it.
    """
    until(lambda: process_state(pid) is None)
    return process_state(pid)


def say(name):
    tell(name, os.getpid())


def say_and_park(name):
    tell(name, os.getpid())
    park()


def use_method(t):
    """Make this run's start method the global one, for `t.mp.Process` and its subclasses."""
    if t.method != "default":
        t.mp.set_start_method(t.method)


def error_names(function, *args):
    """What a call raises, as a list of names that can be told; [] when it returns."""
    error = error_of(function, *args)
    return [] if error is None else documented_names(type(error))
