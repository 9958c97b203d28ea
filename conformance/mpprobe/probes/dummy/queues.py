"""Queues between processes that are threads."""

import threading

from mpprobe.probes._common import error_of
from mpprobe.probes.dummy._common import BRIEF, LONG, dummy_of, outcome_of
from mpprobe.toolkit import HEAR_SECONDS

MANY = 2000


def forms(t):
    """put() and get() of a Queue and of a JoinableQueue, full, empty, and with room."""
    dummy = dummy_of(t)
    for name in ("Queue", "JoinableQueue"):
        kind = getattr(dummy, name)
        queue = kind(2)
        t.see(name + ".fresh", [queue.empty(), queue.full(), queue.qsize()])
        t.see(name + ".put", [queue.put("a"), queue.put_nowait("b")])
        t.see(name + ".filled", [queue.empty(), queue.full(), queue.qsize()])
        t.see(name + ".no-room.raises", error_of(queue.put_nowait, "c"))
        t.call(name + ".full", queue.put, "c", False)
        t.call(name + ".full-timed", queue.put, "c", True, BRIEF)
        t.call(name + ".full-keyword", lambda: queue.put("c", timeout=BRIEF))  # noqa: B023
        t.call(name + ".full-no-block", queue.put, "c", False, LONG)
        t.see(name + ".got", [queue.get(), queue.get_nowait()])
        t.see(name + ".no-item.raises", error_of(queue.get_nowait))
        t.call(name + ".empty", queue.get, False)
        t.call(name + ".empty-timed", queue.get, True, BRIEF)
        t.call(name + ".empty-keyword", lambda: queue.get(block=True, timeout=BRIEF))  # noqa: B023
        t.call(name + ".empty-no-block", queue.get, False, LONG)
        limitless = [kind(), kind(0), kind(-1), kind(maxsize=0)]
        for one in limitless:
            for number in range(MANY):
                one.put(number)
        t.see(name + ".limitless", [one.qsize() for one in limitless])
        t.see(
            name + ".in-order",
            [[one.get() for _ in range(MANY)] == list(range(MANY)) for one in limitless],
        )


def between(t):
    """A queue that processes put to and get from; who waits gets what is put."""
    dummy = dummy_of(t)
    inbox, outbox = dummy.Queue(), dummy.Queue(1)

    def double():
        while True:
            item = inbox.get()
            if item is None:
                return
            outbox.put(item * 2)

    workers = [dummy.Process(target=double) for _ in range(3)]
    for worker in workers:
        worker.start()
    found = []
    reader = dummy.Process(target=lambda: found.extend(outbox.get() for _ in range(60)))
    reader.start()
    for number in range(60):
        inbox.put(number)
    reader.join(HEAR_SECONDS)
    t.see("found", sorted(found) == [number * 2 for number in range(60)])
    for _ in workers:
        inbox.put(None)
    for worker in workers:
        worker.join(HEAR_SECONDS)
    t.see("left", [outbox.empty(), inbox.empty()])

    # What is put is what is got: nothing has to be picklable.
    lock, function = threading.Lock(), lambda: None
    inbox.put(lock)
    inbox.put(function)
    inbox.put(None)
    t.see("same", [inbox.get() is lock, inbox.get() is function, inbox.get()])


def tasks(t):
    """A JoinableQueue: join() waits for as many task_done() as there were items."""
    dummy = dummy_of(t)
    queue = dummy.JoinableQueue()
    t.see("none", outcome_of(queue.join))
    for number in range(3):
        queue.put(number)
    ended = threading.Event()

    def wait():
        queue.join()
        ended.set()

    process = dummy.Process(target=wait)
    process.start()
    seen = []
    for _ in range(3):
        queue.get()
        seen.append(ended.wait(BRIEF / 4))
        queue.task_done()
    process.join(HEAR_SECONDS)
    t.see("early", seen)
    t.see("joined", ended.is_set())
    t.see("too-many.raises", error_of(queue.task_done))
    queue.put("again")
    process = dummy.Process(target=queue.join)
    process.start()
    process.join(BRIEF / 4)
    t.see("again", process.is_alive())
    queue.get()
    queue.task_done()
    process.join(HEAR_SECONDS)
    t.see("in-the-end", process.is_alive())


def negative(t):
    """Timeouts below zero, which are none."""
    dummy = dummy_of(t)
    queue = dummy.Queue(1)
    t.call("get", queue.get, True, -1)
    queue.put("item")
    t.call("put", queue.put, "item", True, -1)


def closing(t):
    """close() by one process, and what it and others can do then."""
    dummy = dummy_of(t)
    queue = dummy.Queue()
    queue.put("before")
    t.see("join-early.raises", error_of(queue.join_thread))
    t.see("close", [queue.close(), queue.close()])
    t.see("put.raises", error_of(queue.put, "after"))
    t.see("get.raises", error_of(queue.get, False))
    t.see("join-thread", [queue.join_thread(), queue.cancel_join_thread()])
    found = []

    def use():
        found.append(queue.get(True, LONG))
        queue.put("of another")
        found.append(queue.get(True, LONG))

    process = dummy.Process(target=use)
    process.start()
    process.join(HEAR_SECONDS)
    t.see("another", found)


def simple(t):
    """A SimpleQueue: first in, first out, without limit; a get() that waits; closed."""
    dummy = dummy_of(t)
    queue, lock = dummy.SimpleQueue(), threading.Lock()
    t.see("fresh", queue.empty())
    for item in (1, None, lock):
        queue.put(item)
    t.see("filled", queue.empty())
    t.see("items", [queue.get(), queue.get(), queue.get() is lock])
    found = []
    process = dummy.Process(target=lambda: found.append(queue.get()))
    process.start()
    process.join(BRIEF / 4)
    t.see("waiting", process.is_alive())
    queue.put("late")
    process.join(HEAR_SECONDS)
    t.see("found", found)


def simple_closed(t):
    """A SimpleQueue that is closed."""
    queue = dummy_of(t).SimpleQueue()
    t.see("close", queue.close())
    t.see("put.raises", error_of(queue.put, "item"))
