"""close() and join_thread(): what closed queues refuse, and what still comes through."""

import gc
import threading

from mpprobe.probes._common import error_of
from mpprobe.probes.queues._common import (
    BRIEF,
    CHANCE,
    PATIENCE,
    PIECE,
    STUFF,
    gathered,
    in_thread,
    items_of,
    stuff,
    word_for,
)
from mpprobe.toolkit import HEAR_SECONDS, hear, open_descriptors, tell, until


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


def one_side(t):
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
