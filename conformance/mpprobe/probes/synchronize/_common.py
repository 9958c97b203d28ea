"""What the probes of primitives share: puppets, which are children that make one call after
the other, as told; and threads that hold a lock.
"""

import importlib
import os
import pickle
import threading
import time

from mpprobe.toolkit import HEAR_SECONDS, blocked, hear, tell, told, until

# How long somebody who is to be blocked is watched. It orders nothing: who is blocked for good
# may be watched for any time, and who is not gets this long to show it.
WATCHED_SECONDS = 0.1


class Puppet(object):
    """A child process that makes calls on the objects it was given, one after the other.

    Attributes:
        seconds: how long the last call took, measured in the child.
        ended: when it returned, by time.monotonic(), which all processes of a machine share.
    """

    def __init__(self, ctx, name, **toys):
        self.name = name
        self.number = 0
        self.seconds = self.ended = None
        # A daemon: should the probe be stopped, nobody tells the puppet to leave.
        self.process = ctx.Process(target=obey, args=(name, toys), name=name, daemon=True)
        self.process.start()

    def begin(self, call, *args, **kwargs):
        """Have the child begin a call ("lock.acquire"); it may well block."""
        self.number += 1
        tell("%s-do-%d" % (self.name, self.number), [call, list(args), kwargs])
        hear("%s-does-%d" % (self.name, self.number))

    def done(self):
        """Has the call that was begun returned?"""
        return told("%s-did-%d" % (self.name, self.number))

    def stays_blocked(self):
        """Watch a call until the kernel says that it blocks, or until it has returned."""
        blocked(self.process.pid, unless=self.done)
        until(self.done, WATCHED_SECONDS)
        return not self.done()

    def end(self):
        """Wait for the call that was begun: return what it returned, raise what it raised."""
        value, error, self.seconds, self.ended = hear("%s-did-%d" % (self.name, self.number))
        if error is not None:
            raise pickle.loads(error)
        return value

    def do(self, call, *args, **kwargs):
        self.begin(call, *args, **kwargs)
        return self.end()

    def leave(self):
        """Have the child end; its exit code."""
        tell("%s-do-%d" % (self.name, self.number + 1), None)
        self.process.join()
        return self.process.exitcode


def obey(name, toys):
    number = 0
    while True:
        number += 1
        order = hear("%s-do-%d" % (name, number), 60.0)
        if order is None:
            return
        call, args, kwargs = order
        value = error = None
        tell("%s-does-%d" % (name, number))
        begun = time.monotonic()
        try:
            value = perform(toys, call, args, kwargs)
        except Exception as raised:
            error = pickle.dumps(raised)
        ended = time.monotonic()
        tell("%s-did-%d" % (name, number), [value, error, ended - begun, ended])


def perform(toys, call, args, kwargs):
    """Call a function with the toys, call a toy's method, or read a toy's attribute."""
    toy, _, member = call.partition(".")
    if not member:
        return toys[toy](toys, *args, **kwargs)
    found = getattr(toys[toy], member)
    return found(*args, **kwargs) if callable(found) else found


# A holder that nobody tells to let go does so by itself: then a call that waits although it is
# not to wait is seen to have taken this long, instead of hanging.
RESCUE_SECONDS = 6.0


class Holder(object):
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


def class_of(t, name):
    """The class that the documentation says objects of a factory function are of."""
    return getattr(importlib.import_module(t.mp.__name__ + ".synchronize"), name)


def waits(t, lock):
    """acquire() of a lock that another thread holds, in every way to ask for it."""
    with Holder(lock):
        attempt(t, "block-false", lock, False)
        attempt(t, "block-false-by-keyword", lock, block=False)
        attempt(t, "ignored-timeout", lock, False, 3.0)
        attempt(t, "ignored-timeout-by-keyword", lock, timeout=3.0, block=False)
        attempt(t, "ignored-none", lock, False, None)
        attempt(t, "ignored-negative", lock, False, -1)
    with Holder(lock):
        attempt(t, "negative", lock, True, -1)
        attempt(t, "very-negative", lock, timeout=-1000.5)
        attempt(t, "zero", lock, True, 0)
    with Holder(lock):
        attempt(t, "timed", lock, True, 0.2)
        attempt(t, "timed-by-keyword", lock, block=True, timeout=0.1)
        attempt(t, "timeout-alone", lock, timeout=0.1)
    for name, args in (("none", (True, None)), ("early", (True, 30)), ("default", ())):
        holder = Holder(lock, seconds=0.3)
        attempt(t, name, lock, *args)
        holder.let_go()


def attempt(t, name, lock, *args, **kwargs):
    """Report an acquire(), and undo it where it has succeeded."""
    if t.call(name, lock.acquire, *args, **kwargs):
        lock.release()


def free(t, lock):
    """acquire() of a free lock by each way to call it, each followed by a release()."""
    found, held = [], []
    for args, kwargs in (
        ((), {}),
        ((True,), {}),
        ((False,), {}),
        ((True, None), {}),
        ((True, 1.5), {}),
        ((True, 0), {}),
        ((True, -1), {}),
        ((False, 5), {}),
        ((), {"block": True}),
        ((), {"block": False}),
        ((), {"timeout": None}),
        ((), {"timeout": -3}),
        ((), {"timeout": 2, "block": True}),
    ):
        found.append(lock.acquire(*args, **kwargs))
        held.append(not elsewhere(try_it, lock))
        lock.release()
    t.see("free", found)
    t.see("free.held", held)
    t.call("blocking", lock.acquire, blocking=False)
    t.call("text", lock.acquire, True, "soon")
    t.call("three", lock.acquire, True, 1, 2)


def entering(t, lock):
    """A lock in with statements: inside, afterwards, and after an exception."""
    t.see("before", elsewhere(try_it, lock))
    with lock as entered:
        t.see("entered", entered)
        t.see("inside", elsewhere(try_it, lock))
    t.see("after", elsewhere(try_it, lock))
    t.call("passed-on", raise_inside, lock)
    t.see("after-error", elsewhere(try_it, lock))


def free_and_of_class(t, name, other):
    """A new lock, after what a free one does; `other` is of another kind."""
    lock = getattr(t.mp, name)()
    free(t, lock)
    entering(t, lock)
    t.see("class", isinstance(lock, class_of(t, name)))
    t.see("class-of-other-kinds", isinstance(other, class_of(t, name)))
    return lock


def raise_inside(lock):
    with lock:
        raise ZeroDivisionError("raised in the block")


def try_it(lock):
    """Can it be acquired now? It is released again."""
    if not lock.acquire(False):
        return False
    lock.release()
    return True


def count_down(semaphore):
    """How many times a semaphore can be acquired without waiting, up to 20."""
    count = 0
    while count < 20 and semaphore.acquire(False):
        count += 1
    return count


class Crowd(object):
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


def make(place, kind):
    """One primitive of a kind, from a context or module; a barrier for two."""
    return getattr(place, kind)(2) if kind == "Barrier" else getattr(place, kind)()


def wait_on(toys, name, timeout=None):
    with toys["condition"]:
        tell(name)
        return toys["condition"].wait(timeout)


def notify_one(toys):
    with toys["condition"]:
        toys["condition"].notify()


def arrived(condition, *names):
    """Wait until all have told their names and, as the lock shows, wait."""
    for name in names:
        hear(name)
    with condition:
        pass
