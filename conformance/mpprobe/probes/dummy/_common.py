"""What probes of multiprocessing.dummy are made with."""

import importlib
import threading

from mpprobe.probes._common import result_of
from mpprobe.toolkit import HEAR_SECONDS

# What calls that time out are given.
BRIEF = 0.2

# Given to calls that ought to ignore their timeout, or to return long before.
LONG = 60

# How long to wait for what an implementation without care never does. With care it takes some
# milliseconds: what is waited for is there before anybody waits.
PATIENCE = HEAR_SECONDS / 4


def dummy_of(t):
    """The submodule; without it the run is `unsupported`."""
    t.needs("dummy")
    return importlib.import_module(t.mp.__name__ + ".dummy")


def connection_of(t):
    """The submodule's own submodule."""
    t.needs("dummy.connection")
    return importlib.import_module(t.mp.__name__ + ".dummy.connection")


def outcome_of(function, *args, **kwargs):
    """What a call returns or raises, or "still waiting" where it does neither for long."""
    results = []
    thread = threading.Thread(target=lambda: results.append(result_of(function, *args, **kwargs)))
    thread.daemon = True
    thread.start()
    thread.join(PATIENCE)
    return results[0] if results else "still waiting"


class Held:
    """A with statement during which a process of `dummy` holds a lock."""

    def __init__(self, dummy, lock):
        self.lock = lock
        self.acquired, self.done = threading.Event(), threading.Event()
        self.process = dummy.Process(target=self.hold)

    def hold(self):
        self.lock.acquire()
        self.acquired.set()
        self.done.wait(HEAR_SECONDS)
        self.lock.release()

    def __enter__(self):
        self.process.start()
        if not self.acquired.wait(HEAR_SECONDS):
            raise RuntimeError("the lock was not acquired")

    def __exit__(self, *exception):
        self.done.set()
        self.process.join()
