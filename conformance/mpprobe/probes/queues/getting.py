"""get(): every form of it, and calls that wait for another process."""

import time

from mpprobe.probes.queues._common import BRIEF, CHANCE, LONG, gathered, items_of, word_for
from mpprobe.toolkit import HEAR_SECONDS, hear, tell, told, until


def on_empty(t):
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


def wait_in_turn(empty, full, simple):
    for name, call in (
        ("get", empty.get),
        ("get-timed", lambda: empty.get(True, LONG)),
        ("put", lambda: full.put("second")),
        ("put-timed", lambda: full.put("third", True, LONG)),
        ("simple-get", simple.get),
    ):
        tell(name + "-begins")
        begun = time.monotonic()
        value = word_for(call)
        tell(name + "-done", [value, told(name + "-released"), time.monotonic() - begun < LONG / 2])


def waiting(t):
    """Calls in a child that block until this process puts or gets.

    Each tells whether it returned after that, and long before its timeout.
    """
    empty, full, simple = t.ctx.Queue(), t.ctx.Queue(1), t.ctx.SimpleQueue()
    full.put("first")
    got = []
    child = t.ctx.Process(target=wait_in_turn, args=(empty, full, simple))
    child.start()
    for name, release in (
        ("get", lambda: empty.put("item")),
        ("get-timed", lambda: empty.put("another")),
        ("put", lambda: got.append(items_of(full, 1))),
        ("put-timed", lambda: got.append(items_of(full, 1))),
        ("simple-get", lambda: simple.put("simple")),
    ):
        hear(name + "-begins")
        until(lambda: told(name + "-done"), CHANCE)  # noqa: B023
        tell(name + "-released")
        release()
        t.see(name, hear(name + "-done"))
    got.append(items_of(full, 1))
    t.see("got", got)
    child.join()
