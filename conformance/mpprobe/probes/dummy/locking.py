"""Locks and semaphores between processes that are threads."""

import threading

from mpprobe.probes._common import error_of, result_of
from mpprobe.probes.dummy._common import BRIEF, LONG, Held, dummy_of, outcome_of
from mpprobe.toolkit import HEAR_SECONDS

ROUNDS = 300


def make(dummy, name):
    return getattr(dummy, name)()


def locks(t):
    """A lock of each kind: free, held here, held by another process, waited for."""
    dummy = dummy_of(t)
    for name in ("Lock", "RLock"):
        lock = make(dummy, name)
        t.see(name + ".free", [lock.acquire(), lock.release(), lock.acquire(False), lock.release()])
        t.see(name + ".free-timed", [lock.acquire(True, LONG), lock.release()])
        with lock:
            t.see(name + ".with", by_another(dummy, lock))
        t.see(name + ".after-with", by_another(dummy, lock))
        with Held(dummy, lock):
            t.call(name + ".held", lock.acquire, False)
            t.call(name + ".held-timed", lock.acquire, True, BRIEF)
            t.call(name + ".held-timed-keyword", lambda: lock.acquire(timeout=BRIEF))  # noqa: B023
        t.see(name + ".released", [lock.acquire(False), lock.release()])
        t.see(name + ".unheld.raises", error_of(lock.release))
        t.see(name + ".awaited", awaited(dummy, lock))
        t.see(name + ".sum", counted(dummy, lock))

    lock = dummy.Lock()
    lock.acquire()
    t.see("Lock.again", lock.acquire(False))
    process = dummy.Process(target=lock.release)
    process.start()
    process.join()
    t.see("Lock.released-by-another", lock.acquire(False))

    lock = dummy.RLock()
    t.see("RLock.again", [lock.acquire(), lock.acquire(False), lock.acquire(True, BRIEF)])
    seen = []
    for _ in range(3):
        seen.append(by_another(dummy, lock))
        lock.release()
    seen.append(by_another(dummy, lock))
    t.see("RLock.released-in-turn", seen)
    lock.acquire()
    failures = []
    process = dummy.Process(target=lambda: failures.append(error_of(lock.release)))
    process.start()
    process.join()
    t.see("RLock.released-by-another", failures[0])
    t.see("RLock.still-held", by_another(dummy, lock))
    lock.release()


def by_another(dummy, lock):
    """Can another process have it just now? It gives it back."""
    found = []

    def look():
        found.append(bool(lock.acquire(False)))
        if found[0]:
            lock.release()

    process = dummy.Process(target=look)
    process.start()
    process.join()
    return found[0]


def awaited(dummy, lock):
    """Does a process that waits for the lock get it when it is released, and not before?"""
    seen, begun = [], threading.Event()

    def wait():
        begun.set()
        lock.acquire()
        seen.append("acquired")
        lock.release()

    lock.acquire()
    process = dummy.Process(target=wait)
    process.start()
    begun.wait(HEAR_SECONDS)
    process.join(BRIEF)
    seen.append("released")
    lock.release()
    process.join(HEAR_SECONDS)
    return seen


def counted(dummy, lock):
    """What four processes count up to, each step of which they interrupt for one another."""
    box = [0]

    def count():
        for _ in range(ROUNDS):
            with lock:
                before = box[0]
                # Gives the others their turn: without the lock, steps would be lost.
                threading.Event().wait(0)
                box[0] = before + 1

    processes = [dummy.Process(target=count) for _ in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    return box[0]


def documented_forms(t):
    """What the documentation of multiprocessing has, and that of threading has not."""
    dummy = dummy_of(t)
    for name in ("Lock", "RLock", "Semaphore"):
        lock = make(dummy, name)
        t.see(name + ".block", result_of(lambda: lock.acquire(block=True)))  # noqa: B023
        result_of(lock.release)
        t.see(name + ".none", result_of(lock.acquire, True, None))
        result_of(lock.release)
        with Held(dummy, lock):
            t.see(name + ".no-block", result_of(lambda: lock.acquire(block=False)))  # noqa: B023
            t.see(name + ".ignored", outcome_of(lock.acquire, False, LONG))
            t.see(name + ".negative", outcome_of(lock.acquire, True, -2))
            t.see(name + ".minus-one", outcome_of(lock.acquire, True, -1))
            t.see(name + ".zero", outcome_of(lock.acquire, True, 0))


def releases(t):
    """The errors of locks that are released too often, or by somebody else."""
    dummy = dummy_of(t)
    t.see("Lock", error_of(dummy.Lock().release))
    lock = dummy.RLock()
    t.see("RLock", error_of(lock.release))
    with Held(dummy, lock):
        t.see("RLock.of-another", error_of(lock.release))


def locked(t):
    """locked(), and get_value() of a semaphore."""
    dummy = dummy_of(t)
    for name in ("Lock", "RLock", "Semaphore", "BoundedSemaphore"):
        lock = make(dummy, name)
        states = [lock.locked()]
        with lock:
            states.append(lock.locked())
        with Held(dummy, lock):
            states.append(lock.locked())
        states.append(lock.locked())
        t.see(name, states)
    semaphore = dummy.Semaphore(2)
    values = [semaphore.get_value()]
    for _ in range(2):
        semaphore.acquire()
        values.append(semaphore.get_value())
    t.see("values", values)


def semaphores(t):
    """Semaphores of three: how often they are acquired, released, and too often."""
    dummy = dummy_of(t)
    for name in ("Semaphore", "BoundedSemaphore"):
        kind = getattr(dummy, name)
        semaphore = kind(3)
        t.see(name + ".three", [semaphore.acquire(False) for _ in range(4)])
        t.call(name + ".timed", semaphore.acquire, True, BRIEF)
        process = dummy.Process(target=semaphore.release)
        process.start()
        t.see(name + ".released", semaphore.acquire(True, LONG))
        process.join()
        for _ in range(3):
            semaphore.release()
        t.see(name + ".one-more.raises", error_of(semaphore.release))
        t.see(name + ".in-the-end", [semaphore.acquire(False) for _ in range(5)])
        with kind():
            pass
        one = kind()
        t.see(name + ".default", [one.acquire(False), one.acquire(False)])
        t.see(name + ".keyword", [kind(value=0).acquire(False), kind(value=1).acquire(False)])
        t.see(name + ".negative.raises", error_of(kind, -1))
