"""qsize(), empty() and full(), and limits as both sides see them."""

import time

from mpprobe.probes._common import error_of
from mpprobe.probes.queues._common import BRIEF, LAG, LONG, fill, items_of, word_for
from mpprobe.toolkit import HEAR_SECONDS, hear, tell, until


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


def between(t):
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
