"""Threads of one process: one that holds a lock, one that makes a call, many that make the same."""

import os
import threading

from mpprobe.toolkit import HEAR_SECONDS, blocked, until

# A holder that nobody tells to let go does so by itself: then a call that waits although it is
# not to wait is seen to have taken this long, instead of hanging.
RESCUE_SECONDS = 6.0


class Holder:
    """A thread that acquires a lock `times` times, and releases it as often when told."""

    def __init__(self, lock, times=1, seconds=RESCUE_SECONDS):
        self._lock = lock
        self._times = times
        self._seconds = seconds
        self._holds = threading.Event()
        self._go = threading.Event()
        self._thread = threading.Thread(target=self._hold)
        self._thread.daemon = True
        self._thread.start()
        self._holds.wait(10)

    def let_go(self):
        self._go.set()
        self._thread.join(10)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.let_go()

    def _hold(self):
        for _ in range(self._times):
            self._lock.acquire()
        self._holds.set()
        self._go.wait(self._seconds)
        for _ in range(self._times):
            self._lock.release()


def elsewhere(function, *args, **kwargs):
    """Make a call in a thread of its own: return what it returns, raise what it raises."""
    outcome = []

    def run():
        try:
            outcome.append((function(*args, **kwargs), None))
        except Exception as error:
            outcome.append((None, error))

    thread = threading.Thread(target=run)
    thread.daemon = True
    thread.start()
    thread.join(10)
    if not outcome:
        raise RuntimeError("the call in another thread takes more than 10 s")
    value, error = outcome[0]
    if error is not None:
        raise error
    return value


class Crowd:
    """Threads that make one call each; what they returned or raised, in that order."""

    def __init__(self, number, function, *args):
        self.ended = []
        self._threads = [
            threading.Thread(target=self._run, args=(function, args)) for _ in range(number)
        ]
        for thread in self._threads:
            thread.daemon = True
            thread.start()

    def _run(self, function, args):
        try:
            self.ended.append(function(*args))
        except Exception as error:
            self.ended.append(error)

    def join(self):
        """Wait for all; what they returned or raised."""
        for thread in self._threads:
            thread.join(HEAR_SECONDS)
        return list(self.ended)

    def block(self):
        """Wait until all of them are seen to be blocked. To be called by the main thread."""
        blocked(os.getpid(), threads=lambda number: number != os.getpid())

    def settle(self, number, seconds=0.1):
        """How many have ended: `number` and all who are faster than they are to be."""
        until(lambda: len(self.ended) >= number)
        until(lambda: len(self.ended) > number, seconds)
        return len(self.ended)
