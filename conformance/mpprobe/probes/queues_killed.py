"""Queues whose users are killed: while they wait to get or to put, in the middle of it, at rest."""

import os

from mpprobe.probes.queues import (
    BRIEF,
    PATIENCE,
    asleep,
    error_of,
    gathered,
    items_of,
    word_for,
)
from mpprobe.probes.queues_ends import kill
from mpprobe.toolkit import hear, park, tell, until


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
