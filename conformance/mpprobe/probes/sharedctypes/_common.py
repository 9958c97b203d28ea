"""What the probes of shared ctypes objects share: a structure, and whether a lock is free."""

import ctypes
import importlib
import threading

from mpprobe.probes._common import outcome


class Point(ctypes.Structure):
    _fields_ = [("x", ctypes.c_double), ("y", ctypes.c_double)]

    def total(self):
        return self.x + self.y


def sharedctypes(t):
    return importlib.import_module(t.mp.__name__ + ".sharedctypes")


def in_thread(function, *args, **kwargs):
    """What a call in another thread returns, or the exception that it raises."""
    results = []
    thread = threading.Thread(target=lambda: results.append(outcome(function, *args, **kwargs)))
    thread.start()
    thread.join()
    return results[0]


def see_each(t, name, facts):
    """Report each of the facts, as NAME.FACT."""
    for fact in facts:
        t.see(name + "." + fact, facts[fact])


def is_free(lock):
    """Can another thread have the lock? It gives it back."""

    def take():
        taken = lock.acquire(False)
        if taken:
            lock.release()
        return taken

    return in_thread(take)


def memory_of(thing):
    return [type(thing).__name__, bytes(bytearray(thing))]
