"""Queues between processes: what comes through, who waits for whom, limits seen by both sides."""

import time

from mpprobe.probes.queues import (
    BRIEF,
    CHANCE,
    LAG,
    LONG,
    any_alive,
    error_of,
    fill,
    in_thread,
    items_of,
    orders_kept,
    word_for,
)
from mpprobe.toolkit import HEAR_SECONDS, hear, tell, told, until

VALUES = [None, True, -1, 2**80, 0.5, "\u00e9\U0001f600", b"\x00\xff", (1, [2, {"3": "x"}]), {4}]
SIZES = (1, 70000, 10, 300000, 5000, 16000)
INHERITED = []


class Parcel(object):
    """An instance of a class of the program's own."""

    def __init__(self, content):
        self.content = content


def trade(inbox, outbox):
    tell("inbox", [inbox.get(True, HEAR_SECONDS) for _ in VALUES])
    outbox.put([42, None, "hello"])
    for value in VALUES:
        outbox.put(value)
    outbox.put(Parcel("content"))
    for number in range(60):
        outbox.put((number, bytes(bytearray([number])) * SIZES[number % len(SIZES)]))


def exchange(t):
    """A child that gets from one queue and puts to another: values of all kinds and sizes."""
    inbox, outbox = t.ctx.Queue(), t.ctx.Queue()
    child = t.ctx.Process(target=trade, args=(inbox,), kwargs={"outbox": outbox})
    for value in VALUES:
        inbox.put(value)
    child.start()
    t.see("values", VALUES)
    t.see("inbox", hear("inbox"))
    t.see("example", items_of(outbox, 1))
    t.see("outbox", items_of(outbox, len(VALUES)))
    t.see("parcels", [getattr(item, "content", None) for item in items_of(outbox, 1)])
    pieces = items_of(outbox, 60)
    t.see("numbers", [number for number, _ in pieces])
    t.see("numbers.put", list(range(60)))
    t.see(
        "whole",
        [
            data == bytes(bytearray([number])) * SIZES[number % len(SIZES)]
            for number, data in pieces
        ],
    )
    child.join()
    t.see("exitcode", child.exitcode)
    t.call("nothing-more", outbox.get, False)


def put_inherited():
    INHERITED[0].put("through a global")


def inherited(t):
    """A queue that a forked child finds in a global variable."""
    INHERITED.append(t.ctx.Queue())
    child = t.ctx.Process(target=put_inherited)
    child.start()
    t.see("items", items_of(INHERITED[0], 1))
    child.join()


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


def look_around(queue):
    tell("one", [queue.empty(), queue.full()])
    tell("more", fill(queue, 10))
    tell("full", [queue.empty(), queue.full()])
    refused = [word_for(queue.put_nowait, "x"), word_for(queue.put, "x", False, LONG)]
    tell("refused", refused)
    begun = time.monotonic()
    tell("refused-timed", [word_for(queue.put, "x", True, BRIEF), time.monotonic() - begun])
    hear("took-one")
    tell("freed", [word_for(queue.put_nowait, "last"), queue.full()])
    hear("took-all")
    nothing = [word_for(queue.get_nowait), word_for(queue.get, False, LONG)]
    tell("nothing", nothing + [until(queue.empty, LAG), queue.full()])
    begun = time.monotonic()
    tell("nothing-timed", [word_for(queue.get, True, BRIEF), time.monotonic() - begun])


def limits(t):
    """A queue of three, seen as full and as empty by a child and by this process in turn."""
    queue = t.ctx.Queue(3)
    queue.put("first")
    until(lambda: not queue.empty())
    child = t.ctx.Process(target=look_around, args=(queue,))
    child.start()
    t.see("one", hear("one"))
    t.see("more", hear("more"))
    t.see("full", hear("full"))
    t.see("refused", hear("refused"))
    word, seconds = hear("refused-timed")
    t.see("refused-timed", word)
    t.see("refused-timed.seconds", seconds)
    t.see("full-here", [queue.empty(), queue.full()])
    t.call("refused-here", queue.put, "x", False)
    t.see("took", items_of(queue, 1))
    tell("took-one")
    t.see("freed", hear("freed"))
    t.see("took-all", items_of(queue, 3))
    tell("took-all")
    t.see("nothing", hear("nothing"))
    word, seconds = hear("nothing-timed")
    t.see("nothing-timed", word)
    t.see("nothing-timed.seconds", seconds)
    child.join()


def put_and_count(queue):
    queue.put("second")
    queue.put("third")
    until(lambda: queue.qsize() == 3, LAG)
    tell("counted", queue.qsize())
    hear("got")
    until(lambda: queue.qsize() == 2, LAG)
    tell("counted-again", queue.qsize())


def counted_between(t):
    """qsize() of one queue, in a child that puts and in this process that gets."""
    queue = t.ctx.Queue()
    queue.put("first")
    child = t.ctx.Process(target=put_and_count, args=(queue,))
    child.start()
    t.see("child", hear("counted"))
    until(lambda: queue.qsize() == 3, LAG)
    t.see("here", queue.qsize())
    items_of(queue, 1)
    t.see("here-again", queue.qsize())
    tell("got")
    t.see("child-again", hear("counted-again"))
    child.join()
    items_of(queue, 2)


PRODUCED = 40


def produce(producer, queue, simple):
    for number in range(PRODUCED):
        queue.put([producer, number])
    for number in range(PRODUCED):
        simple.put([producer, number])


def consume(consumer, queue, simple):
    found = {}

    def take(name, get):
        found[name] = [get()]
        # Nobody takes it all before the other has had something.
        tell("%s-%d" % (name, consumer))
        hear("%s-%d" % (name, 1 - consumer))
        found[name] += list(iter(get, None))

    takers = [
        in_thread(take, "queue", lambda: queue.get(True, HEAR_SECONDS)),
        in_thread(take, "simple", simple.get),
    ]
    for thread in takers:
        thread.join()
    tell("consumer-%d" % consumer, found)


def many(t):
    """Three processes that put, two that get: through a queue of five, and a SimpleQueue."""
    queue, simple = t.ctx.Queue(5), t.ctx.SimpleQueue()
    consumers = [
        t.ctx.Process(target=consume, args=(one, queue, simple), daemon=True) for one in range(2)
    ]
    producers = [
        t.ctx.Process(target=produce, args=(one, queue, simple), daemon=True) for one in range(3)
    ]
    for process in consumers + producers:
        process.start()
    # What producers put has been handed over when they have ended: what ends consumers comes last.
    until(lambda: not any_alive(producers))
    for _ in consumers:
        error_of(queue.put, None, True, LAG)
        in_thread(simple.put, None).join(LAG)
    found = [hear("consumer-0"), hear("consumer-1")]
    for process in consumers:
        process.join()
    everything = [[producer, number] for producer in range(3) for number in range(PRODUCED)]
    t.see("put", everything)
    for name in ("queue", "simple"):
        items = [one[name] for one in found]
        t.see(name, sorted(items[0] + items[1]))
        t.see(name + ".each-got", [len(one) > 0 for one in items])
        t.see(name + ".orders-kept", orders_kept(items, 3))
    t.see("exitcodes", [process.exitcode for process in producers + consumers])
