"""How far imap() and imap_unordered() read their iterables, and what is left of them at the end."""

import functools
import threading

from mpprobe.probes.pool._common import (
    CHANCE,
    LONG,
    PATIENCE,
    attempt_within,
    finish,
    in_time,
    methods_of,
    named,
    put_down,
    say_and_wait,
    soon,
    square,
    terminate_and_join,
)
from mpprobe.toolkit import (
    hear,
    tell,
    until,
)


class Source:
    """An iterable that tells how much was taken of it, and waits for a word after two elements."""

    def __init__(self, gate=None):
        self.gate = gate
        self.count = 0
        self.thread = None

    def __iter__(self):
        for number in range(4):
            if number == 2 and self.gate:
                hear(self.gate, LONG)
            self.count += 1
            self.thread = threading.current_thread()
            yield number


def lazy(t):
    """Results before all elements are done, and before the iterable has given all of them."""
    pool = t.ctx.Pool(1)
    for name, call in methods_of(pool):
        iterator = call(wait_at_two, [(number, name) for number in range(4)])
        t.see(name + ".first", [in_time(next, iterator) for _ in range(2)])
        tell(name + "-go")
        t.see(name + ".rest", soon(list, iterator))
    for name, call in methods_of(pool):
        source = Source(name + "-more")
        made = attempt_within(PATIENCE, call, square, source)
        if made == "hung":
            t.see(name + ".early", "hung")
            t.see(name + ".unfinished", source.count)
            t.see(name + ".late", "hung")
            tell(name + "-more")
            continue
        t.see(name + ".early", [in_time(next, made) for _ in range(2)])
        t.see(name + ".unfinished", source.count)
        tell(name + "-more")
        t.see(name + ".late", soon(list, made))
    finish(pool)


def wait_at_two(words):
    number, name = words
    if number == 2:
        hear(name + "-go")
    return number


def buffers(t):
    """How many elements are taken of an iterable, where the buffer has two places."""
    pool = t.mp.Pool(1)
    for name, call in methods_of(pool):
        source = Counted(50)
        iterator = call(square, source, buffersize=2)
        settled(source)
        t.see(name + ".begin", source.count)
        t.see(name + ".first", soon(next, iterator))
        settled(source)
        t.see(name + ".after-one", source.count)
        t.see(name + ".rest", sorted(soon(list, iterator)) == [n * n for n in range(1, 50)])
        t.see(name + ".none", sorted(soon(list, call(square, range(8), 1, buffersize=None))))
        t.call(name + ".zero", call, square, range(3), buffersize=0)
        t.call(name + ".negative", call, square, range(3), buffersize=-1)
        t.call(name + ".position", call, square, range(3), 1, 2)
    finish(pool)


class Counted:
    """Numbers that are counted as they are taken."""

    def __init__(self, end):
        self.end = end
        self.count = 0

    def __iter__(self):
        for number in range(self.end):
            self.count += 1
            yield number


def settled(source, seconds=CHANCE):
    """Wait until nothing was taken of a source for a while, or all of it."""
    last = -1
    while last != source.count and source.count < source.end:
        last = source.count
        until(lambda: source.count != last, seconds)  # noqa: B023
    return source.count


# Far more than it is of use to read ahead for a handful of workers.
MUCH = 50000


def ahead(t):
    """How far an iterable is read ahead while the only worker is busy and nobody takes a result."""
    for name in ("imap", "unordered"):
        pool = t.ctx.Pool(1)
        source = Counted(MUCH)
        call = dict(methods_of(pool))[name]
        iterator = call(functools.partial(wait_at_zero, name + "-go-on"), source)
        t.see(name, settled(source))
        tell(name + "-go-on")
        t.see(name + ".first", [in_time(next, iterator) for _ in range(2)])
        put_down(pool)


def wait_at_zero(word, number):
    if number == 0:
        hear(word, LONG)
    return number


def leftovers(t):
    """Iterators whose pool was terminated with results outstanding."""
    pool = t.ctx.Pool(1)
    waits = {
        "imap": pool.imap(say_and_wait, ["begun", "queued"]),
        "unordered": pool.imap_unordered(square, range(4)),
        "chunks": pool.imap(square, range(8), 3),
    }
    hear("begun")
    t.see("terminate", in_time(terminate_and_join, pool))
    for name in waits:
        t.see(name, named(in_time(exhaust, waits[name])))
    put_down(pool)
    t.stderr()


def waiting_iterable(t):
    """terminate() while the pool waits for what an iterable gives next."""
    pool = t.ctx.Pool(1)
    iterator = pool.imap(square, Source("never"))
    t.see("first", in_time(next, iterator))
    t.see("terminate", in_time(terminate_and_join, pool))
    t.see("rest", named(in_time(exhaust, iterator)))
    tell("never")
    put_down(pool)
    t.stderr()


def exhaust(iterator):
    """Take all; "ended" where it ended, or what it raised."""
    for _ in iterator:
        pass
    return "ended"
