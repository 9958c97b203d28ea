"""map(), map_async(), starmap() and starmap_async(): how they are called, and with what."""

import itertools
import os

from mpprobe.probes.pool._common import (
    calls_of,
    named,
    record,
    soon,
    square,
    terminate_and_join,
)

ITEMS = [(1, 2), (3, 4), (5, 6)]


def forms(t):
    """Each form of the four calls, with and without a chunk size."""
    pool = t.mp.Pool(2)
    for name, call in calls_of(pool):
        t.see(name + ".two", soon(call, record, ITEMS))
        t.see(name + ".none", soon(call, record, ITEMS, None))
        t.see(name + ".position", soon(call, record, ITEMS, 2))
        t.see(name + ".keyword", soon(call, chunksize=2, iterable=ITEMS, func=record))
        t.see(name + ".none-keyword", soon(call, record, ITEMS, chunksize=None))
        t.see(name + ".empty", soon(call, record, []))
        t.see(name + ".empty-chunks", soon(call, record, [], 3))
        t.see(name + ".single", soon(call, record, ITEMS[:1], 1))
        t.see(name + ".no-iterable", named(soon(call, record)))
        t.see(name + ".unknown-keyword", named(soon(call, record, ITEMS, size=1)))
        t.see(name + ".two-iterables", named(soon(call, record, ITEMS, ITEMS)))
    t.see("map.two-and-more", named(soon(pool.map, record, ITEMS, 1, None)))
    t.see("starmap.two-and-more", named(soon(pool.starmap, record, ITEMS, 1, None)))
    terminate_and_join(pool)


class Sequence:
    """Iterable by its __getitem__ alone."""

    def __getitem__(self, index):
        if index > 3:
            raise IndexError(index)
        return index


class Understated:
    """An iterable whose length is a poor guess."""

    def __init__(self, length):
        self.length = length

    def __len__(self):
        return self.length

    def __iter__(self):
        return iter(range(4))


def iterables(t):
    """Iterables of all kinds, with and without a length."""
    pool = t.mp.Pool(2)
    text = os.path.join(os.environ["MPPROBE_SCRATCH"], "work", "lines")
    with open(text, "w") as file:
        file.write("first\nsecond\n")
    with open(text) as file:
        t.see("file", soon(pool.map, same, file))
    os.unlink(text)
    for name, make in (
        ("list", lambda: [0, 1, 2, 3]),
        ("tuple", lambda: (0, 1, 2, 3)),
        ("range", lambda: range(4)),
        ("generator", lambda: (number for number in range(4))),
        ("iterator", lambda: iter([0, 1, 2, 3])),
        ("islice", lambda: itertools.islice(itertools.count(), 4)),
        ("dict", lambda: dict.fromkeys(range(4), "value")),
        ("keys", lambda: dict.fromkeys(range(4)).keys()),
        ("bytes", lambda: bytes(bytearray(range(4)))),
        ("sequence", Sequence),
        ("too-short", lambda: Understated(1)),
    ):
        t.see(name, [soon(pool.map, same, make()), soon(pool.map, same, make(), 3)])
    t.see("set", sorted(soon(pool.map, same, {0, 1, 2, 3})))
    t.see("text", soon(pool.map, same, "abc"))
    t.see("nothing", [soon(pool.map, same, make()) for make in (tuple, dict, set, str)])
    t.see("empty-generator", soon(pool.map, same, (number for number in ())))
    t.see("not-iterable", named(soon(pool.map, same, 5)))
    t.see("none", named(soon(pool.map, same, None)))
    terminate_and_join(pool)


def same(value):
    return value


def stars(t):
    """Elements of all kinds, as starmap() unpacks them and map() does not."""
    pool = t.mp.Pool(2)
    items = [(1, 2), [3], (), "ab", range(2), {"key": 1}, iter([5]), ([1, 2],), b"xy"]
    for name, call in calls_of(pool):
        shown = [(1, 2), [3], (), "ab", ([1, 2],)]
        t.see(name, soon(call, record, shown))
    t.see("unpacked", [soon(pool.starmap, record, [item]) for item in items])
    t.see("generator", soon(pool.starmap, record, ((n, n) for n in range(3)), 2))
    t.see("zipped", soon(pool.starmap, pow, zip([2, 3], [3, 2])))
    t.see("not-iterable", named(soon(pool.starmap, record, [(1,), 2])))
    t.see("async-not-iterable", named(soon(pool.starmap_async(record, [2]).get)))
    t.see("one-argument", named(soon(pool.starmap, square, [(1, 2)])))
    terminate_and_join(pool)
