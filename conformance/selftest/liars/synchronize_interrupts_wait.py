"""Ctrl-C is put off until a lock was acquired."""

import signal
import threading

from mpref.synchronize import Lock, RLock, Semaphore

from liars.truth import become

CAUGHT_BY = {
    "synchronize.interrupt.acquire-takes-nothing",
    "synchronize.interrupt.bounded-semaphore-acquire-raises-still",
    "synchronize.interrupt.child-ends-clean",
    "synchronize.interrupt.child-raises-still",
    "synchronize.interrupt.condition-acquire-raises-still",
    "synchronize.interrupt.condition-wait-raises-still",
    "synchronize.interrupt.ends-clean",
    "synchronize.interrupt.lock-acquire-raises-still",
    "synchronize.interrupt.rlock-acquire-raises-still",
    "synchronize.interrupt.semaphore-acquire-raises-still",
    "synchronize.interrupt.wait-holds-the-lock",
}


def lie(cls):
    acquire = cls.acquire

    def acquire_otherwise(self, block=True, timeout=None):
        if threading.current_thread() is not threading.main_thread():
            return acquire(self, block, timeout)
        before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
        try:
            return acquire(self, block, timeout)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    cls.acquire = acquire_otherwise


for cls in (Lock, RLock, Semaphore):
    lie(cls)

become(__name__)
