"""put(): every form of it, what is pickled, and the thread that carries it on."""

import threading

from mpprobe.probes._common import error_of
from mpprobe.probes.queues._common import BRIEF, LONG, PATIENCE, fill, gathered, in_thread, items_of
from mpprobe.toolkit import until


def on_full(t):
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


WITNESSED = []


class Witness:
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


def feeder(t):
    """The number of threads while a queue is made, asked, put to and closed."""
    counts = [threading.active_count()]

    def count():
        counts.append(threading.active_count() - counts[0])

    queue = t.mp.Queue()
    count()
    error_of(queue.get, False)
    queue.empty()
    count()
    queue.put("first")
    count()
    queue.put("second")
    items_of(queue, 2)
    # What got the items was a thread, too, and may take a moment to go.
    until(lambda: threading.active_count() - counts[0] <= counts[3])
    count()
    queue.close()
    queue.join_thread()
    count()
    t.see("made", counts[1])
    t.see("asked", counts[2])
    t.see("put", counts[3])
    t.see("put-again", counts[4])
    t.see("joined", counts[5])


class Unpicklable:
    def __reduce__(self):
        raise OverflowError("refuses to be pickled")


class Unloadable:
    def __reduce__(self):
        return (refuse, ("refuses to be loaded",))


def refuse(why):
    raise OverflowError(why)


def unpicklable(t):
    """Objects that can't be pickled, or not be loaded again, amid others that can."""
    queue = t.mp.Queue(1)
    failed = error_of(queue.put, Unpicklable())
    t.see("put", failed)
    t.see("put-after", error_of(queue.put, "after", True, PATIENCE))
    t.see("items", items_of(queue, 1, PATIENCE))
    t.see("told", str(failed) + t.stderr())
    t.see("room-left", fill(queue, 3))
    items_of(queue, 1, PATIENCE)

    queue = t.mp.Queue()
    queue.put(Unloadable())
    queue.put("after")
    t.see("get", error_of(queue.get, True, PATIENCE))
    t.see("get-after", items_of(queue, 1, PATIENCE))

    joinable = t.mp.JoinableQueue()
    error_of(joinable.put, Unpicklable())
    joinable.put("after")
    items_of(joinable, 1, PATIENCE)
    joinable.task_done()
    joiner = in_thread(joinable.join)
    joiner.join(PATIENCE)
    t.see("joinable.returned", not joiner.is_alive())

    simple = t.mp.SimpleQueue()
    t.see("simple.put", error_of(simple.put, Unpicklable()))
    simple.put("after")
    simple.put(Unloadable())
    simple.put("after that")
    t.see("simple.items", gathered(simple.get, 1, PATIENCE))
    t.see("simple.get", error_of(simple.get))
    t.see("simple.get-after", gathered(simple.get, 1, PATIENCE))
    t.stderr()
