"""Queue: how it is made, and what put() and get() do in one process.

What comes from one process to another stands in `queues_between.py`, how a queue ends and who
waits for what then in `queues_ends.py`, the other queues and pipes in `queues_more.py`.
"""

import queue as queue_module
import threading
import time

from mpprobe.probes.process import error_of
from mpprobe.toolkit import HEAR_SECONDS, process_state, until

# What calls that time out are given.
BRIEF = 0.2

# How long a call that ought to block gets to show that it does not. One that blocks is
# right whatever the machine does meanwhile.
CHANCE = 0.3

# How far what is said of a queue may lag behind what was done to it.
LAG = 1.0

# How long to wait for what an implementation without care never does. With care it takes some
# milliseconds: what is waited for is there before anybody waits.
PATIENCE = HEAR_SECONDS / 4

# Given to calls that ought to ignore their timeout, or to return long before.
LONG = 60

# More than pipes and sockets take unread, in pieces that are short enough to be sent as they are:
# a pipe holds 64 KiB, and the widest socket buffer that was met 255 of these pieces.
STUFF = 350
PIECE = b"x" * 30000


def word_for(function, *args, **kwargs):
    """In a child: what a call returns, or the name of what it raises."""
    try:
        return function(*args, **kwargs)
    except queue_module.Empty:
        return "queue.Empty"
    except queue_module.Full:
        return "queue.Full"
    except Exception as error:
        return type(error).__name__


def gathered(get, count, seconds=HEAR_SECONDS):
    """What up to `count` calls return until one raises; those that hang are left behind."""
    found = []

    def gather():
        for _ in range(count):
            try:
                found.append(get())
            except Exception:
                return

    in_thread(gather).join(seconds)
    return list(found)


def items_of(queue, count, seconds=HEAR_SECONDS):
    """Up to `count` items of a Queue."""
    return gathered(lambda: queue.get(True, seconds), count, seconds)


def in_thread(function, *args):
    """A started thread that nobody has to wait for."""
    thread = threading.Thread(target=function, args=args)
    thread.daemon = True
    thread.start()
    return thread


def asleep(pid, times=25):
    """Is the process asleep, at each of many looks?"""
    for _ in range(times):
        if process_state(pid) != "S":
            return False
        time.sleep(0.002)
    return True


def fill(queue, limit):
    """How many items put_nowait() takes, counting up to a limit."""
    for number in range(limit):
        try:
            queue.put_nowait(number)
        except Exception:
            return number
    return limit


# -- in one process


def made(t):
    """Each way to make a queue, and how much fits into it; what a queue has of queue.Queue."""
    for name, queue in (
        ("bare", t.mp.Queue()),
        ("zero", t.mp.Queue(0)),
        ("negative", t.mp.Queue(-1)),
        ("one", t.mp.Queue(1)),
        ("position", t.mp.Queue(7)),
        ("keyword", t.mp.Queue(maxsize=7)),
        ("joinable", t.mp.JoinableQueue()),
        ("joinable-position", t.mp.JoinableQueue(7)),
        ("joinable-keyword", t.mp.JoinableQueue(maxsize=7)),
    ):
        fits = fill(queue, 50)
        t.see(name + ".fits", fits)
        t.see(name + ".came", items_of(queue, fits, PATIENCE) == list(range(fits)))
    t.call("two-arguments", t.mp.Queue, 1, 2)
    t.call("unknown-keyword", t.mp.Queue, size=1)
    queue, joinable = t.mp.Queue(), t.mp.JoinableQueue()
    t.see("joinable.is-a-queue", isinstance(joinable, type(queue)))
    t.see("joinable.is-another", type(joinable) is not type(queue))
    public = [name for name in dir(queue_module.Queue) if name[0] != "_"]
    methods = [name for name in public if callable(getattr(queue_module.Queue, name))]
    t.see("shared", [name for name in methods if callable(getattr(queue, name, None))])
    t.see("lacking", [name for name in methods if not hasattr(queue, name)])
    t.see("shutdown", hasattr(queue, "shutdown"))
    t.see("joinable.lacking", [name for name in methods if not hasattr(joinable, name)])
    t.see("names", [name for name in ("Empty", "Full") if hasattr(t.mp, name)])


def put_forms(t):
    """Every form of put() on a full queue, then on one with room."""
    queue = t.mp.Queue(2)
    t.call("first", queue.put, "first")
    queue.put("second")
    t.call("full.false", queue.put, "x", False)
    t.call("full.block-false", queue.put, "x", block=False)
    t.call("full.nowait", queue.put_nowait, "x")
    t.call("full.nowait-keyword", queue.put_nowait, obj="x")
    t.call("full.false-timed", queue.put, "x", False, LONG)
    t.call("full.false-timed-keyword", queue.put, "x", block=False, timeout=LONG)
    t.call("full.timed", queue.put, "x", True, BRIEF)
    t.call("full.timed-keyword", queue.put, obj="x", block=True, timeout=BRIEF)
    t.call("full.timed-only", queue.put, "x", timeout=BRIEF)
    t.call("full.timed-again", queue.put, "x", True, BRIEF)
    t.call("full.zero", queue.put, "x", True, 0)
    t.call("full.negative", queue.put, "x", True, -1)
    t.see("after-full", items_of(queue, 2))
    t.call("room.false", queue.put, "a", False)
    t.call("room.false-timed", queue.put, "b", False, LONG)
    t.see("room.first", items_of(queue, 2))
    t.call("room.nowait", queue.put_nowait, "c")
    t.call("room.timed", queue.put, "d", True, LONG)
    t.see("room.second", items_of(queue, 2))
    t.call("room.keyword", queue.put, timeout=None, obj="e", block=True)
    t.see("room.third", items_of(queue, 1))
    t.see("room.fits-still", fill(queue, 5))
    items_of(queue, 2)
    t.call("nothing-more", queue.get, True, BRIEF)


def get_forms(t):
    """Every form of get() on an empty queue, then on one with items."""
    queue = t.mp.Queue()
    t.call("empty.false", queue.get, False)
    t.call("empty.block-false", queue.get, block=False)
    t.call("empty.nowait", queue.get_nowait)
    t.call("empty.false-timed", queue.get, False, LONG)
    t.call("empty.false-timed-keyword", queue.get, block=False, timeout=LONG)
    t.call("empty.timed", queue.get, True, BRIEF)
    t.call("empty.timed-keyword", queue.get, timeout=BRIEF, block=True)
    t.call("empty.timed-only", queue.get, timeout=BRIEF)
    t.call("empty.timed-again", queue.get, True, BRIEF)
    t.call("empty.zero", queue.get, True, 0)
    t.call("empty.negative", queue.get, True, -1)
    for name, get in (
        ("bare", queue.get),
        ("position", lambda: queue.get(True, LONG)),
        ("keyword", lambda: queue.get(timeout=LONG, block=True)),
        ("none", lambda: queue.get(True, None)),
        ("timed-only", lambda: queue.get(timeout=LONG)),
    ):
        queue.put(name + " 1")
        queue.put(name + " 2")
        begun = time.monotonic()
        t.see("there." + name, gathered(get, 2))
        t.see("there." + name + ".prompt", time.monotonic() - begun < HEAR_SECONDS)
    for name, get in (
        ("false", lambda: queue.get(False)),
        ("false-timed", lambda: queue.get(False, LONG)),
        ("block-false", lambda: queue.get(block=False)),
        ("nowait", queue.get_nowait),
    ):
        queue.put(name)
        # put() may return a moment before the item can be had without waiting.
        got = []
        until(lambda: word_for(lambda: got.append(get())) is None)  # noqa: B023
        t.see("there." + name, got)
    odd = [None, 0, False, "", [], (), b"", 0.0]
    for value in odd:
        queue.put(value)
    t.see("odd", items_of(queue, len(odd)))
    t.see("odd.put", odd)
    t.call("nothing-more", queue.get, False)


def sizes(t):
    """qsize(), empty() and full() of a queue that fills up and runs empty again."""
    queue = t.mp.Queue(2)
    t.see("none.empty", queue.empty())
    t.see("none.full", queue.full())
    queue.put("first")
    until(lambda: not queue.empty())
    t.see("one.empty", queue.empty())
    t.see("one.full", queue.full())
    queue.put("second")
    until(queue.full)
    t.see("two.empty", queue.empty())
    t.see("two.full", queue.full())
    error_of(queue.put, "third", True, BRIEF)
    t.see("refused.full", queue.full())
    t.see("first", items_of(queue, 1))
    until(lambda: not queue.full())
    t.see("left.empty", queue.empty())
    t.see("left.full", queue.full())
    t.see("second", items_of(queue, 1))
    until(queue.empty)
    t.see("all-got.empty", queue.empty())
    t.see("all-got.full", queue.full())
    unlimited = t.mp.Queue()
    fill(unlimited, 50)
    t.see("unlimited.full", unlimited.full())
    items_of(unlimited, 50)


def counts(t):
    """qsize() at rest: of a queue with a limit and of one without."""
    for name, queue in (("limited", t.mp.Queue(5)), ("unlimited", t.mp.Queue())):
        found = [queue.qsize()]
        for number in range(3):
            queue.put(number)
            until(lambda: queue.qsize() == number + 1, LAG)  # noqa: B023
            found.append(queue.qsize())
        for number in range(3):
            queue.get(True, HEAR_SECONDS)
            until(lambda: queue.qsize() == 2 - number, LAG)  # noqa: B023
            found.append(queue.qsize())
        error_of(queue.get, True, BRIEF)
        found.append(queue.qsize())
        t.see(name, found)


def threads(t):
    """Four threads that put and three that get, on one queue of one process."""
    queue = t.mp.Queue(5)
    found = [[], [], []]

    def produce(producer):
        for number in range(50):
            queue.put([producer, number])

    def consume(items):
        for item in iter(lambda: queue.get(True, HEAR_SECONDS), None):
            items.append(item)

    producers = [in_thread(produce, producer) for producer in range(4)]
    consumers = [in_thread(consume, items) for items in found]
    until(lambda: not any_alive(producers) or not any_alive(consumers))
    for _ in consumers:
        error_of(queue.put, None, True, LAG)
    until(lambda: not any_alive(consumers))
    t.see("items", sorted(item for items in found for item in items))
    t.see("items.put", [[producer, number] for producer in range(4) for number in range(50)])
    t.see("orders.kept", orders_kept(found, 4))


def any_alive(threads_or_processes):
    return any(one.is_alive() for one in threads_or_processes)


def orders_kept(found, producers):
    """For each consumer's items and each producer: did they come in the order of their numbers?"""
    return [
        numbers == sorted(numbers)
        for items in found
        for producer in range(producers)
        for numbers in [[number for who, number in items if who == producer]]
    ]


WITNESSED = []


class Witness(object):
    """Notes which thread pickles it."""

    def __reduce__(self):
        WITNESSED.append(threading.current_thread())
        return (Witness, ())


def recreated(t):
    """What comes out of a queue beside what was put in."""
    queue = t.mp.Queue()
    original = {"list": [1, [2]], "text": "words"}
    queue.put(original)
    got = items_of(queue, 1)[0]
    t.see("equal", got == original)
    t.see("same", [got is original, got["list"] is original["list"]])
    got["list"][1].append(3)
    t.see("original", original["list"])
    shared = [1]
    queue.put([shared, shared])
    pair = items_of(queue, 1)[0]
    t.see("inside-same", pair[0] is pair[1])
    queue.put(Witness())
    t.see("witness", [type(item) is Witness for item in items_of(queue, 1)])
    t.see("by-caller", [thread is threading.current_thread() for thread in WITNESSED])
