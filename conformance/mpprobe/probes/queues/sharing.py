"""One queue of several processes and threads: what comes through, and in which order."""

from mpprobe.probes._common import error_of
from mpprobe.probes.queues._common import LAG, PIECE, STUFF, gathered, in_thread, items_of, word_for
from mpprobe.toolkit import HEAR_SECONDS, hear, tell, until

VALUES = [None, True, -1, 2**80, 0.5, "\u00e9\U0001f600", b"\x00\xff", (1, [2, {"3": "x"}]), {4}]

SIZES = (1, 70000, 10, 300000, 5000, 16000)

INHERITED = []


class Parcel:
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


def put_through_manager(queue):
    for _ in range(STUFF):
        queue.put(PIECE)
    queue.put("last")
    tell("too-early", word_for(queue.put, "x", False))


def managed(t):
    """A queue made by a manager, which a child fills and leaves before anybody gets."""
    with t.ctx.Manager() as manager:
        queue = manager.Queue(STUFF + 1)
        child = t.ctx.Process(target=put_through_manager, args=(queue,))
        child.start()
        child.join(3 * HEAR_SECONDS)
        t.see("exitcode", child.exitcode)
        t.see("full", hear("too-early"))
        t.see("size", queue.qsize())
        found = gathered(lambda: queue.get(True, HEAR_SECONDS), STUFF + 1)
        t.see("pieces", found.count(PIECE))
        t.see("last", found[-1:])
        t.see("nothing-more", word_for(queue.get, False))
