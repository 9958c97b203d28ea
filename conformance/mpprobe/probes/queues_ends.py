"""How queues end: closed, joined, given up, collected; and objects unfit for pickling."""

import gc
import os
import signal
import sys
import threading

from mpprobe.probes.process import context
from mpprobe.probes.queues import (
    BRIEF,
    CHANCE,
    PATIENCE,
    PIECE,
    STUFF,
    error_of,
    fill,
    gathered,
    in_thread,
    items_of,
    word_for,
)
from mpprobe.toolkit import (
    HEAR_SECONDS,
    hear,
    open_descriptors,
    park,
    process_gone,
    tell,
    told,
    until,
)


def stuff(queue):
    """More than is ever handed over while nobody gets."""
    for _ in range(STUFF):
        queue.put(PIECE)


def kill(process):
    os.kill(process.pid, signal.SIGKILL)
    process.join()


# -- closed


def closed(t):
    """Every call on closed queues: never used, used, full, and joinable."""
    unused = t.mp.Queue()
    t.call("close", unused.close)
    used = t.mp.Queue(1)
    used.put("item")
    until(lambda: not used.empty())
    used.close()
    joinable = t.mp.JoinableQueue()
    joinable.put("item")
    until(lambda: not joinable.empty())
    joinable.close()
    for name, queue in (("unused", unused), ("used", used), ("joinable", joinable)):
        t.call(name + ".put", queue.put, "x")
        t.call(name + ".put-false", queue.put, "x", False)
        t.call(name + ".put-timed", queue.put, "x", True, BRIEF)
        t.call(name + ".put-nowait", queue.put_nowait, "x")
        t.call(name + ".get", queue.get)
        t.call(name + ".get-false", queue.get, False)
        t.call(name + ".get-timed", queue.get, True, BRIEF)
        t.call(name + ".get-nowait", queue.get_nowait)
        t.call(name + ".empty", queue.empty)
        t.call(name + ".close-again", queue.close)
        t.call(name + ".join-thread", queue.join_thread)
        t.call(name + ".join-thread-again", queue.join_thread)
        t.call(name + ".put-later", queue.put, "x")


def join_thread_early(t):
    """join_thread() of queues that are not closed; afterwards they still work."""
    unused, used = t.mp.Queue(), t.mp.Queue()
    used.put("item")
    t.see("unused", error_of(unused.join_thread))
    t.see("used", error_of(used.join_thread))
    used.put("another")
    t.see("items", items_of(used, 2))


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


def take_all(queue):
    hear("take")
    found = gathered(lambda: queue.get(True, HEAR_SECONDS), STUFF + 1)
    tell("taken", [len(found), found.count(PIECE), found[-1:]])


def carry_on(queue, other):
    other.put("before close")
    other.close()
    tell("own-closed", [word_for(other.put, "x"), word_for(other.get)])
    hear("closed")
    queue.put("put by the child")
    tell("carried-on", word_for(queue.get, True, HEAR_SECONDS))


def closing(t):
    """Queues that one process closes and another goes on using; a close() with items waiting."""
    before = threading.active_count()
    full, queue, other = t.ctx.Queue(), t.ctx.Queue(), t.ctx.Queue()
    taker = t.ctx.Process(target=take_all, args=(full,))
    user = t.ctx.Process(target=carry_on, args=(queue, other))
    taker.start()
    user.start()
    stuff(full)
    full.put("last")
    t.call("close", full.close)
    joiner = in_thread(full.join_thread)
    joiner.join(CHANCE)
    t.see("waits-for-readers", joiner.is_alive())
    tell("take")
    t.see("taken", hear("taken", 2 * HEAR_SECONDS))
    joiner.join(HEAR_SECONDS)
    t.see("join-thread-returned", not joiner.is_alive())
    queue.close()
    tell("closed")
    t.see("carried-on", hear("carried-on"))
    t.see("own-closed", hear("own-closed"))
    t.see("before-close", items_of(other, 1))
    other.put("put here")
    t.see("goes-on-here", items_of(other, 1))
    taker.join()
    user.join()
    other.close()
    other.join_thread()
    until(lambda: threading.active_count() == before)
    t.see("threads-left", threading.active_count() - before)


# -- at the end of a process


def put_and_end(queue, how):
    stuff(queue)
    queue.put(how)
    if how == "joined":
        queue.close()
        tell(how)
        queue.join_thread()
        os._exit(0)
    tell(how)
    if how == "raised":
        raise ZeroDivisionError("raised with items waiting")
    if how == "exited":
        sys.exit(3)


def exiting(t):
    """Four children that put much and end; nobody gets anything before they are about to."""
    ways = ("returned", "raised", "exited", "joined")
    queues = [t.ctx.Queue() for _ in ways]
    children = [
        t.ctx.Process(target=put_and_end, args=each)
        for each in zip(queues, ways)  # noqa: B905
    ]
    for child in children:
        child.start()
    for how, queue, child in zip(ways, queues, children):  # noqa: B905
        hear(how)
        child.join(CHANCE)
        t.see(how + ".waits-for-readers", child.is_alive())
        found = gathered(lambda: queue.get(True, PATIENCE), STUFF + 1, 2 * HEAR_SECONDS)  # noqa: B023
        t.see(how + ".pieces", found.count(PIECE))
        t.see(how + ".last", found[-1:])
        t.see(how + ".exitcode", exit_code_soon(child))
    t.see("stderr", t.stderr())


def put_and_leave(queue, when):
    if when == "first":
        queue.cancel_join_thread()
    stuff(queue)
    if when == "last":
        queue.cancel_join_thread()
    tell("leaves-" + when)


def cancel_and_stay(queue):
    queue.cancel_join_thread()
    queue.put("kept")
    park()


def cancel_and_close(method):
    queue = context(method).Queue()
    tell("cancelled", word_for(queue.cancel_join_thread))
    stuff(queue)
    queue.close()
    tell("closed")
    tell("joined", word_for(queue.join_thread))


def exit_code_soon(child):
    """The exit code of a process that ought to end by now, and does in any case."""
    child.join(PATIENCE)
    if child.is_alive():
        kill(child)
    # Some fork servers tell of the end before the last words are written.
    until(lambda: process_gone(child.pid))
    return child.exitcode


def cancelled(t):
    """cancel_join_thread() in children, on queues of others and of their own; nobody gets."""
    for when in ("first", "last"):
        queue = t.ctx.Queue()
        child = t.ctx.Process(target=put_and_leave, args=(queue, when))
        child.start()
        hear("leaves-" + when)
        t.see(when + ".exitcode", exit_code_soon(child))
    queue = t.ctx.Queue()
    child = t.ctx.Process(target=cancel_and_stay, args=(queue,))
    child.start()
    t.see("kept", items_of(queue, 1))
    tell("release")
    child.join()
    child = t.ctx.Process(target=cancel_and_close, args=(t.method,))
    child.start()
    t.see("cancel", hear("cancelled"))
    hear("closed")
    t.see("join-thread", ["returned", hear("joined")] if until(joined, PATIENCE) else "blocks")
    t.see("own.exitcode", exit_code_soon(child))
    t.see("stderr", t.stderr())


def joined():
    return told("joined")


KEPT = []


def make_and_leave(method):
    queue = context(method).Queue()
    # Not collected at the end of this function, but with the process.
    KEPT.append(queue)
    stuff(queue)
    tell("stuffed")


def leaving(t):
    """A process that makes a queue, puts much that nobody can get, and ends."""
    child = t.ctx.Process(target=make_and_leave, args=(t.method,))
    child.start()
    hear("stuffed")
    t.see("exitcode", exit_code_soon(child))
    t.see("stderr", t.stderr())


def collected(t):
    """A queue that was used, when the last reference to it goes."""
    warm_up = t.mp.Queue()
    warm_up.put("item")
    items_of(warm_up, 1)
    warm_up.close()
    warm_up.join_thread()
    del warm_up

    def grown():
        # Some interpreters collect in their own time.
        gc.collect()
        return threading.active_count() - threads, len(open_descriptors()) - descriptors

    threads = descriptors = 0
    until(lambda: grown() == grown(), BRIEF)
    threads, descriptors = threading.active_count(), len(open_descriptors())
    queue = t.mp.Queue()
    queue.put("item")
    items_of(queue, 1)
    t.see("used.threads", grown()[0])
    del queue
    until(lambda: grown() == (0, 0), PATIENCE)
    t.see("threads", grown()[0])
    t.see("descriptors", grown()[1])


# -- what can't be pickled


class Unpicklable(object):
    def __reduce__(self):
        raise OverflowError("refuses to be pickled")


class Unloadable(object):
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
