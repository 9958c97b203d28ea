"""Conditions, events and barriers between processes that are threads."""

from mpprobe.probes._common import error_of
from mpprobe.probes.dummy._common import BRIEF, LONG, PATIENCE, dummy_of
from mpprobe.probes.dummy.locking import by_another, make
from mpprobe.toolkit import HEAR_SECONDS, until


def conditions(t):
    """A condition with three waiters: one is notified, then all; over each kind of lock."""
    dummy = dummy_of(t)
    for name in ("default", "Lock", "RLock"):
        given = None if name == "default" else make(dummy, name)
        condition = dummy.Condition() if given is None else dummy.Condition(given)
        woken, waiting = [], []

        def wait(number):
            with condition:  # noqa: B023
                waiting.append(number)  # noqa: B023
                condition.wait()  # noqa: B023
                woken.append(number)  # noqa: B023

        processes = [dummy.Process(target=wait, args=(number,)) for number in range(3)]
        for process in processes:
            process.start()
        # Whoever has said that it waits, waits once the lock can be had.
        until(lambda: len(waiting) == 3)  # noqa: B023
        with condition:
            t.see(name + ".timed", condition.wait(BRIEF))
            condition.notify()
        until(lambda: woken, PATIENCE)  # noqa: B023
        # A second one that wakes up gets a chance to say so.
        until(lambda: len(woken) > 1, BRIEF)  # noqa: B023
        with condition:
            t.see(name + ".one", len(woken))
            condition.notify_all()
        for process in processes:
            process.join(HEAR_SECONDS)
        t.see(name + ".all", sorted(woken))
        t.see(name + ".unheld.raises", error_of(condition.notify))
        if given is not None:
            with condition:
                t.see(name + ".its-lock", by_another(dummy, given))

    condition, box = dummy.Condition(), []

    def fill():
        for number in range(3):
            with condition:
                box.append(number)
                condition.notify_all()

    process = dummy.Process(target=fill)
    with condition:
        process.start()
        t.see("wait-for", condition.wait_for(lambda: len(box) == 3, LONG))
        t.see("wait-for-timed", condition.wait_for(lambda: len(box) == 4, BRIEF))
        t.see("two-notified", error_of(condition.notify, 2))
    process.join()


def events(t):
    """An event: set, cleared, waited for by three."""
    dummy = dummy_of(t)
    event = dummy.Event()
    t.see("fresh", event.is_set())
    t.call("timed", event.wait, BRIEF)
    seen = []
    processes = [dummy.Process(target=lambda: seen.append(event.wait())) for _ in range(3)]
    for process in processes:
        process.start()
    event.set()
    for process in processes:
        process.join(HEAR_SECONDS)
    t.see("woken", seen)
    t.see("set", [event.is_set(), event.wait(), event.wait(timeout=LONG)])
    event.clear()
    t.see("cleared", [event.is_set(), event.wait(0)])


def barriers(t):
    """A barrier for three, twice, with an action; broken by a timeout and by abort()."""
    dummy = dummy_of(t)
    done = []
    barrier = dummy.Barrier(3, lambda: done.append("action"))
    t.see("fresh", [barrier.parties, barrier.n_waiting, barrier.broken])
    numbers = []
    processes = [
        dummy.Process(target=lambda: numbers.extend([barrier.wait(), barrier.wait()]))
        for _ in range(2)
    ]
    for process in processes:
        process.start()
    numbers.extend([barrier.wait(LONG), barrier.wait(timeout=LONG)])
    for process in processes:
        process.join(HEAR_SECONDS)
    t.see("numbers", sorted(numbers))
    t.see("actions", done)
    t.see("broken.raises", error_of(barrier.wait, BRIEF))
    t.see("broken", barrier.broken)
    t.see("while-broken.raises", error_of(barrier.wait))
    barrier.reset()
    t.see("reset", barrier.broken)
    failures = []
    process = dummy.Process(target=lambda: failures.append(error_of(barrier.wait)))
    process.start()
    until(lambda: barrier.n_waiting == 1)
    t.see("waiting", barrier.n_waiting)
    barrier.abort()
    process.join(HEAR_SECONDS)
    t.see("aborted", failures)
