"""Items that raise, and iterables that do: at each place, in chunks of each size."""

from mpprobe.probes.pool._common import (
    Halfway,
    MeasuredHalfway,
    calls_of,
    divide,
    finish,
    in_time,
    methods_of,
    note,
    notes,
    put_down,
    record,
    soon,
    square,
    taken,
)


def failing(t):
    """Elements that raise: the first one, one in the middle, the last one, and several."""
    pool = t.mp.Pool(2)
    for name, items in (
        ("first", [0, 1, 2, 3]),
        ("middle", [1, 2, 0, 3]),
        ("last", [1, 2, 3, 0]),
        ("all", [0, 0, 0]),
    ):
        for way, call in calls_of(pool):
            given = [(item,) for item in items] if "star" in way else items
            t.see(
                "%s.%s" % (name, way),
                [soon(call, divide, given, size) for size in (None, 1, 2, 9)],
            )
    t.see("which", soon(pool.map, fail_as_told, ["KeyError", "none", "TypeError"], 1))
    t.see("then", soon(pool.map, square, range(3)))
    t.see("others", soon(pool.map, note_and_divide, [1, 0, 2, 3], 1))
    finish(pool)
    t.see("noted", sorted(notes()))


def fail_as_told(name):
    if name != "none":
        raise {"KeyError": KeyError, "TypeError": TypeError}[name](name)


def note_and_divide(number):
    note(number)
    return divide(number)


def raising_iterables(t):
    """Iterables that raise on the way, without a length, each given to the four calls."""
    pool = t.ctx.Pool(2)
    error = ArithmeticError("no more")
    t.see("raised", [soon(call, record, Halfway(error)) for _, call in calls_of(pool)])
    t.see("then", soon(pool.map, square, range(3)))
    finish(pool)
    t.see("stderr", t.stderr())


def raising_measured(t):
    """Iterables that have a length and raise on the way: by map() and by starmap_async()."""
    pool = t.ctx.Pool(2)
    error = ArithmeticError("no more")
    t.see("map", in_time(pool.map, record, MeasuredHalfway(error)))
    t.see("starmap", in_time(call_and_get, pool.starmap_async, MeasuredHalfway(error)))
    t.see("then", in_time(pool.map, square, range(3)))
    t.see("put-down", put_down(pool))
    t.stderr()


def call_and_get(call, iterable):
    return call(record, iterable).get()


def iterated(t):
    """Elements that raise, at each place, and what comes after them."""
    pool = t.mp.Pool(1)
    for name, call in methods_of(pool):
        for way, items in (
            ("first", [0, 1, 2]),
            ("middle", [1, 0, 2]),
            ("last", [1, 2, 0]),
            ("all", [0, 0]),
        ):
            t.see("%s.%s" % (name, way), taken(call(divide, items), 9))
        t.see(name + ".listed", soon(list, call(divide, [1, 0, 2])))
        t.see(name + ".stop-iteration", taken(call(stop, [1, 0, 2]), 9))
    finish(pool)


def stop(number):
    if number == 0:
        raise LookupError("stop")
    return number


def iterated_in_chunks(t):
    """An element that raises, amid a chunk and between others."""
    for name in ("imap", "unordered"):
        pool = t.mp.Pool(1)
        call = dict(methods_of(pool))[name]
        t.see(name + ".chunks", taken(call(divide, [1, 0, 2, 3, 4, 6, 12], 3), 12, in_time))
        t.see(name + ".other", taken(call(divide, [1, 2, 3, 0], 2), 12, in_time))
        t.see(name + ".then", in_time(pool.apply, square, (3,)))
        put_down(pool)
    t.stderr()


def halfway(error):
    yield 1
    yield 2
    raise error


def iterated_iterables(t):
    """Iterables that raise on the way: what comes before, then the error, then the end."""
    pool = t.ctx.Pool(1)
    for name, call in methods_of(pool):
        for size in (1, 2):
            found = taken(call(square, halfway(ArithmeticError("no more")), size), 5)
            t.see("%s.%d" % (name, size), found)
    t.see("then", soon(pool.apply, square, (3,)))
    finish(pool)
    t.see("stderr", t.stderr())
