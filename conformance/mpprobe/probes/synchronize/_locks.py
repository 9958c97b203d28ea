"""What the probes of all kinds of locks ask, in one process."""

import importlib

from mpprobe.probes.synchronize._threads import Holder, elsewhere


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


def make(place, kind):
    """One primitive of a kind, from a context or module; a barrier for two."""
    return getattr(place, kind)(2) if kind == "Barrier" else getattr(place, kind)()
