"""Processes that end with something in a queue, and processes that are killed at one."""

import os
import signal
import sys
import time

from mpprobe.probes._common import context, error_of
from mpprobe.probes.queues._common import (
    BRIEF,
    CHANCE,
    PATIENCE,
    PIECE,
    STUFF,
    gathered,
    items_of,
    stuff,
    word_for,
)
from mpprobe.toolkit import HEAR_SECONDS, hear, park, process_gone, process_state, tell, told, until


def asleep(pid, times=25):
    """Is the process asleep, at each of many looks?"""
    for _ in range(times):
        if process_state(pid) != "S":
            return False
        time.sleep(0.002)
    return True


def kill(process):
    os.kill(process.pid, signal.SIGKILL)
    process.join()


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
    children = [t.ctx.Process(target=put_and_end, args=each) for each in zip(queues, ways)]
    for child in children:
        child.start()
    for how, queue, child in zip(ways, queues, children):
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


def get_for_ever(queue):
    tell("getting", os.getpid())
    queue.get()


def killed_in_get(t):
    """A process that is killed while it waits in Queue.get()."""
    killed_in(t, t.ctx.Queue())


def killed_in_simple_get(t):
    """A process that is killed while it waits in SimpleQueue.get()."""
    killed_in(t, t.ctx.SimpleQueue())


def killed_in(t, queue):
    child = t.ctx.Process(target=get_for_ever, args=(queue,))
    child.start()
    pid = hear("getting")
    until(lambda: asleep(pid))
    kill(child)
    queue.put("after")
    t.see("items", gathered(queue.get, 1, PATIENCE))


BIG = 8 << 20


def put_big(queue):
    queue.put(b"y" * BIG)
    tell("putting")
    park()


def killed_in_put(t):
    """A process that is killed while an item of 8 MB is on its way."""
    queue = t.ctx.Queue()
    child = t.ctx.Process(target=put_big, args=(queue,))
    child.start()
    hear("putting")
    until(lambda: not queue.empty())
    kill(child)
    # Where the item never gets through, this process has to come to its end all the same.
    queue.cancel_join_thread()
    queue.put("after")
    found = gathered(lambda: queue.get(True, PATIENCE), 2, PATIENCE)
    t.see("after", [item for item in found if item == "after"])
    t.see("sizes", [len(item) for item in found if item != "after"])


def put_and_rest(queue):
    queue.put("first")
    queue.put("second")
    # With its feeder gone it holds nothing.
    queue.close()
    queue.join_thread()
    tell("resting")
    park()


def killed_at_rest(t):
    """A process that is killed after it has put two items, and uses the queue no more."""
    queue = t.ctx.Queue()
    child = t.ctx.Process(target=put_and_rest, args=(queue,))
    child.start()
    hear("resting")
    kill(child)
    t.see("items", items_of(queue, 2))
    queue.put("third")
    t.see("goes-on", items_of(queue, 1))


def full_until_killed(queue):
    told_of = word_for(queue.put, "x", True, BRIEF)
    tell("refused", told_of)
    queue.put("x")


def killed_waiting_for_room(t):
    """A process that is killed while put() waits for a free slot."""
    queue = t.ctx.Queue(1)
    queue.put("first")
    child = t.ctx.Process(target=full_until_killed, args=(queue,))
    child.start()
    hear("refused")
    until(lambda: asleep(child.pid))
    kill(child)
    t.see("first", items_of(queue, 1))
    t.see("put", error_of(queue.put, "second", True, PATIENCE))
    t.see("second", items_of(queue, 1))
    t.see("left", word_for(queue.get, True, BRIEF))
