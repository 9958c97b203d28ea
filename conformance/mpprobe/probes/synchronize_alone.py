"""Locks and semaphores within one process, by themselves and between its threads."""

import importlib
import threading

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


# -- Lock


def lock_waiting(t):
    """A Lock that another thread holds."""
    waits(t, t.mp.Lock())


def lock_calls(t):
    """A free Lock: all ways to acquire it, with statements, and its class."""
    free_and_of_class(t, "Lock", other=t.mp.RLock())
    t.see("of-contexts", [
        isinstance(t.mp.get_context(method).Lock(), class_of(t, "Lock"))
        for method in t.mp.get_all_start_methods()
    ])  # fmt: skip
    t.call("arguments", t.mp.Lock, 1)


def lock_releasing(t):
    """Who may release a Lock, and how often; that locks are separate."""
    lock, other = t.mp.Lock(), t.mp.Lock()
    t.call("unlocked", lock.release)
    t.see("unlocked.then", [lock.acquire(False), lock.acquire(False)])
    t.call("same-thread-again", lock.acquire, True, 0.1)
    t.see("other-lock", try_it(other))
    t.call("release", lock.release)
    t.see("released", try_it(lock))
    lock.acquire()
    t.call("by-another-thread", elsewhere, lock.release)
    t.see("by-another-thread.then", try_it(lock))
    t.call("by-another-thread-too-often", elsewhere, lock.release)
    t.call("again-too-often", lock.release)
    t.see("in-the-end", [lock.acquire(False), lock.acquire(False)])
    many = [t.mp.Lock() for _ in range(500)]
    many[0].acquire()
    t.see("many", [lock for lock in many if not try_it(lock)] == many[:1])


# -- RLock


def rlock_waiting(t):
    """An RLock that another thread holds."""
    waits(t, t.mp.RLock())


def rlock_calls(t):
    """A free RLock: all ways to acquire it, with statements, and its class."""
    lock = free_and_of_class(t, "RLock", other=t.mp.Lock())
    with lock:
        with lock:
            t.see("nested", elsewhere(try_it, lock))
        t.see("nested-once", elsewhere(try_it, lock))
    t.see("nested-no-more", elsewhere(try_it, lock))


def rlock_levels(t):
    """How often an RLock is acquired and released, and what others see of it meanwhile."""
    lock = t.mp.RLock()
    calls = [lock.acquire(), lock.acquire(False), lock.acquire(True, 0), lock.acquire(True, -1)]
    t.see("acquired", calls)
    t.see("level-4", elsewhere(try_it, lock))
    t.call("other-refused", elsewhere, lock.acquire, False)
    t.call("other-timed", elsewhere, lock.acquire, True, 0.1)
    t.call("other-releases", elsewhere, lock.release)
    t.call("release", lock.release)
    t.see("level-3", elsewhere(try_it, lock))
    t.call("recursion-at-once", lock.acquire, True, 5)
    lock.release()
    lock.release()
    lock.release()
    t.see("level-1", elsewhere(try_it, lock))
    t.see("level-1.mine", lock.acquire(False))
    lock.release()
    t.call("last-release", lock.release)
    t.see("level-0", elsewhere(try_it, lock))
    t.call("unlocked", lock.release)
    t.call("unlocked-in-a-thread", elsewhere, lock.release)
    t.see("level-0-still", elsewhere(try_it, lock))
    holder = Holder(lock, times=2)
    t.call("not-mine", lock.release)
    t.see("not-mine.acquire", lock.acquire(False))
    t.call("not-mine-after-refusal", lock.release)
    holder.let_go()
    t.see("holder-gone", try_it(lock))
    many = 1000
    t.see("many", all(lock.acquire() for _ in range(many)))
    for _ in range(many - 1):
        lock.release()
    t.see("many-but-one", elsewhere(try_it, lock))
    lock.release()
    t.see("many-released", elsewhere(try_it, lock))


# -- Semaphore, BoundedSemaphore


def semaphore_waiting(t):
    """A Semaphore that another thread has exhausted."""
    waits(t, t.mp.Semaphore(1))


def bounded_waiting(t):
    """A BoundedSemaphore that another thread has exhausted."""
    waits(t, t.mp.BoundedSemaphore(1))


def count_down(semaphore):
    """How many times a semaphore can be acquired without waiting, up to 20."""
    count = 0
    while count < 20 and semaphore.acquire(False):
        count += 1
    return count


def semaphore_calls(t):
    """Semaphores: initial values, releases beyond them, misuse."""
    free(t, t.mp.Semaphore())
    entering(t, t.mp.Semaphore())
    t.see("default", count_down(t.mp.Semaphore()))
    t.see("three", count_down(t.mp.Semaphore(3)))
    t.see("keyword", count_down(t.mp.Semaphore(value=4)))
    t.see("zero", count_down(t.mp.Semaphore(0)))
    t.call("negative-value", t.mp.Semaphore, -1)
    semaphore = t.mp.Semaphore(1)
    t.call("release", semaphore.release)
    semaphore.release()
    elsewhere(semaphore.release)
    t.see("raised-to", count_down(semaphore))


def bounded_calls(t):
    """Bounded semaphores: initial values, the bound, misuse."""
    free(t, t.mp.BoundedSemaphore())
    entering(t, t.mp.BoundedSemaphore())
    t.see("default", count_down(t.mp.BoundedSemaphore()))
    t.see("three", count_down(t.mp.BoundedSemaphore(3)))
    t.see("keyword", count_down(t.mp.BoundedSemaphore(value=4)))
    t.see("zero", count_down(t.mp.BoundedSemaphore(0)))
    t.call("negative-value", t.mp.BoundedSemaphore, -1)
    semaphore = t.mp.BoundedSemaphore(2)
    t.call("full", semaphore.release)
    semaphore.acquire()
    t.call("release", semaphore.release)
    t.call("full-again", semaphore.release)
    t.see("refusals-change-nothing", count_down(semaphore))
    elsewhere(semaphore.release)
    semaphore.release()
    t.call("full-for-all-threads", elsewhere, semaphore.release)
    t.call("above-zero", t.mp.BoundedSemaphore(0).release)


def release_several(t):
    """release(n), which threading's semaphores have."""
    semaphore = t.mp.Semaphore(0)
    t.call("by-position", semaphore.release, 2)
    t.call("by-keyword", semaphore.release, n=3)
    t.see("count", count_down(semaphore))


def counts(t):
    """get_value() of semaphores on their way down and up."""
    semaphore = t.mp.Semaphore(2)
    found = [semaphore.get_value()]
    for call in (semaphore.acquire, semaphore.acquire, semaphore.release, semaphore.release):
        call()
        found.append(semaphore.get_value())
    semaphore.release()
    t.see("values", found + [semaphore.get_value()])
    bounded = t.mp.BoundedSemaphore(1)
    found = [bounded.get_value()]
    bounded.acquire()
    t.see("bounded", found + [bounded.get_value()])
