"""Chunks of maps and of iterators: sizes of all kinds, and what becomes of a chunk."""

import itertools

from mpprobe.probes.pool._common import (
    PATIENCE,
    Raised,
    attempt_within,
    calls_of,
    finish,
    in_time,
    methods_of,
    named,
    pid_of,
    put_down,
    soon,
    square,
    terminate_and_join,
)

SIZES = {
    "none": None, "one": 1, "two": 2, "three": 3, "all": 8, "more": 9, "true": True,
    "huge": 2**31, "endless": 2**62,
}  # fmt: skip


def sizes(t):
    """Eight elements in chunks of many sizes: the results, in the order of the elements."""
    pool = t.mp.Pool(2)
    for name in SIZES:
        found = [
            soon(call, square, [(n,) for n in range(8)] if "star" in way else range(8), SIZES[name])
            for way, call in calls_of(pool)
        ]
        t.see(name, found)
    for name, size in (("zero", 0), ("negative", -1), ("float", 1.5), ("text", "2")):
        for way, call in (("map", pool.map), ("starmap", pool.starmap)):
            items = [(1,), (2,)] if way == "starmap" else [1, 2]
            t.see("odd.%s.%s" % (name, way), attempt(call, square, items, size))
    t.see("then", in_time(pool.apply, square, (3,)))
    terminate_and_join(pool)
    t.stderr()


def attempt(call, *args):
    """["returned", value], ["raised", name] or ["hung", None]: none may be taken for another."""
    found = attempt_within(PATIENCE, call, *args)
    if isinstance(found, Raised):
        return ["raised", named(found.error)]
    return ["hung", None] if found == "hung" else ["returned", found]


def chunks(t):
    """Which elements are carried out by one process, where each process gets a single task."""
    for name, size, count in (("one", 1, 4), ("two", 2, 4), ("three", 3, 7), ("all", 7, 7)):
        pool = t.ctx.Pool(2, maxtasksperchild=1)
        t.see("map." + name, groups(soon(pool.map, pid_of, range(count), size)))
        finish(pool)
    pool = t.ctx.Pool(2, maxtasksperchild=1)
    t.see("starmap.three", groups(soon(pool.starmap, pid_of, [(n,) for n in range(7)], 3)))
    finish(pool)


def groups(pids):
    """The lengths of the runs of equal numbers; [] where a number comes back after another."""
    runs = [(pid, len(list(run))) for pid, run in itertools.groupby(pids)]
    if len({pid for pid, _ in runs}) < len(runs):
        return []
    return [length for _, length in runs]


def default_chunks(t):
    """The chunks that map() makes when it is told no size, of few and of many elements."""
    for name, count in (("four", 4), ("twenty", 20)):
        pool = t.ctx.Pool(2, maxtasksperchild=1)
        found = soon(pool.map, pid_of, range(count))
        t.see(name, groups(found))
        finish(pool)


def odd_sizes(t):
    """Chunk sizes that are no positive integers, or left to None."""
    pool = t.mp.Pool(2)
    for name, call in methods_of(pool):
        for way, size in (("zero", 0), ("negative", -1), ("none", None), ("float", 1.5)):
            found = attempt_within(PATIENCE, lambda: list(call(square, range(4), size)))  # noqa: B023
            kind = "raised" if isinstance(found, Raised) else "hung" if found == "hung" else "gave"
            t.see("%s.%s" % (name, way), [kind, named(getattr(found, "error", found))])
    t.see("then", in_time(pool.apply, square, (3,)))
    t.see("put-down", put_down(pool))
    t.stderr()


def chunked(t):
    """Which of the iterators have next(), when a chunk has more than one element."""
    pool = t.mp.Pool(1)
    for name, call in methods_of(pool):
        for size in (1, 2):
            iterator = call(square, range(4), size)
            t.see("%s.%d" % (name, size), hasattr(iterator, "next"))
            t.see("%s.%d.steps" % (name, size), [soon(next, iterator) for _ in range(4)])
    finish(pool)
