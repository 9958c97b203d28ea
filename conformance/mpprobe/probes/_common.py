"""What probes of several chapters are made with."""

import importlib
import os
import threading

from mpprobe.toolkit import HEAR_SECONDS, under_test


def connection_module(module):
    return importlib.import_module(module.__name__ + ".connection")


def result_of(function, *args, **kwargs):
    """What a call returns, or the exception that it raises."""
    try:
        return function(*args, **kwargs)
    except BaseException as error:
        return error


class Aside(threading.Thread):
    """A call in a thread of its own, that may block."""

    def __init__(self, function, *args):
        threading.Thread.__init__(self)
        self.daemon = True
        self.call = function, args
        self.result = "still running"
        self.start()

    def run(self):
        function, args = self.call
        self.result = result_of(function, *args)

    def blocks(self):
        """Did the call not return for a while? A call that can't return yet never does."""
        self.join(0.1)
        return self.is_alive()

    def outcome(self):
        self.join(HEAR_SECONDS)
        return self.result


def context(method):
    """In a child: the context that its creator used."""
    return under_test() if method == "default" else under_test().get_context(method)


def error_of(function, *args, **kwargs):
    """What a call raises; None when it returns."""
    try:
        function(*args, **kwargs)
    except BaseException as error:
        return error
    return None


def times_told(prefix):
    turns = os.listdir(os.path.join(os.environ["MPPROBE_SCRATCH"], "turns"))
    return len([name for name in turns if name.startswith(prefix)])


def outcome(function, *args, **kwargs):
    """What a call returns, or the exception that it raises."""
    try:
        return function(*args, **kwargs)
    except Exception as error:
        return error


def affinity():
    """The CPUs that this process may use: all, where Python can't ask (PyPy 3.9)."""
    if hasattr(os, "sched_getaffinity"):
        return sorted(os.sched_getaffinity(0))
    return list(range(os.cpu_count()))


def may_use(cpus):
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, cpus)
