"""Work that is done side by side: order, waiting, amounts, and who waits for whom."""

from mpprobe.probes.pool._common import (
    CHANCE,
    LONG,
    finish,
    in_thread,
    in_time,
    meet,
    methods_of,
    note,
    notes,
    pid_of,
    put_down,
    say_and_wait,
    soon,
    square,
    workers_of,
)
from mpprobe.toolkit import (
    HEAR_SECONDS,
    hear,
    tell,
    told,
    until,
)


def parallel(t):
    """As many elements as there are workers, each of which waits for all others."""
    pool = t.ctx.Pool(3)
    items = [("mapped", number, 3) for number in range(3)]
    t.see("workers", len(set(soon(pool.starmap, meet, items, 1))))
    t.see("default", len(set(soon(pool.starmap, meet, [("again", n, 3) for n in range(3)]))))
    result = pool.map_async(meet_in_order, range(3), 1)
    t.see("reversed", soon(result.get))
    finish(pool)


def meet_in_order(number):
    """The last element is done first."""
    if number < 2:
        hear("done-%d" % (number + 1))
    tell("done-%d" % number)
    return number


def hold(word):
    """Counted, and then waiting for a word: elements and results are told apart by it."""
    note(word)
    return say_and_wait(word, "release")


def blocking(t):
    """map() and starmap() while their elements wait; map_async() and starmap_async() meanwhile."""
    pool = t.ctx.Pool(6)
    workers_of(pool, 6)
    found = {}

    def call(name, method, items):
        found[name] = method(hold, items, 1)

    threads = [
        in_thread(call, "map", pool.map, ["m1"]),
        in_thread(call, "starmap", pool.starmap, [("s1",)]),
    ]
    results = {
        "map-async": pool.map_async(hold, ["m2", "m3"], 1),
        "starmap-async": pool.starmap_async(hold, [("s2",), ("s3",)], 1),
    }
    hear("m1")
    hear("s1")
    for thread in threads:
        thread.join(CHANCE / 2)
    t.see("too-early", sorted(found))
    t.see("ready", [results[name].ready() for name in sorted(results)])
    tell("release")
    for thread in threads:
        thread.join(HEAR_SECONDS)
    t.see("map", found.get("map"))
    t.see("starmap", found.get("starmap"))
    for name in results:
        t.see(name, soon(results[name].get))
    t.see("noted", sorted(notes()))
    finish(pool)


def many(t):
    """Many more elements than any buffer holds, in small chunks and in large ones."""
    pool = t.mp.Pool(3)
    wanted = [number * number for number in range(20000)]
    t.see("default", soon(pool.map, square, range(20000)) == wanted)
    t.see("large", soon(pool.map, square, range(20000), 7000) == wanted)
    t.see("small", soon(pool.map, square, range(3000), 1) == wanted[:3000])
    t.see("noted", len(soon(pool.map, note, range(500), 7)))
    lines = notes()
    t.see("once", [len(lines), len(set(lines))])
    pending = [pool.map_async(square, range(100), 3) for _ in range(20)]
    t.see("pending", [soon(result.get) == wanted[:100] for result in pending])
    finish(pool)


def iterated(t):
    """As many elements as workers, each of which waits for the others."""
    pool = t.ctx.Pool(3)
    for name, call in methods_of(pool):
        items = [(name, number) for number in range(3)]
        t.see(name, len(set(soon(list, call(meet_as, items)))))
    chunked = soon(list, pool.imap(pid_of, range(12), 12))
    t.see("one-chunk", len(set(chunked)))
    finish(pool)


def one_after_another(t):
    """Eight calls on two workers, of which the first waits for one that was given after it."""
    for name, warm in (("fresh", False), ("idle", True)):
        for number in (1, 2, 3):
            pool = t.ctx.Pool(2)
            if warm:
                workers_of(pool, 2)
            word = "%s-%d" % (name, number)
            results = [pool.apply_async(wait_for_later, (word, n, number)) for n in range(8)]
            t.see("%s-%d" % (name, number), [in_time(result.get) for result in results])
            tell(word + ".given-up")
            put_down(pool)


def wait_for_later(word, number, wanted):
    """Number 0 waits for number `wanted`; all others are done at once."""
    if number == 0:
        until(lambda: told(word) or told(word + ".given-up"), LONG)
    if number == wanted:
        tell(word)
    return number


def meet_as(words):
    return meet(words[0], words[1], 3)
