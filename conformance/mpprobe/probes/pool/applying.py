"""apply() and apply_async(): how they are called, what travels, where and how often it runs."""

import functools
import operator
import os
import traceback

from mpprobe.probes.pool._common import (
    CHANCE,
    Raised,
    attempt_within,
    divide,
    finish,
    in_thread,
    named,
    note,
    notes,
    pid_of,
    pool_module,
    record,
    say_and_wait,
    soon,
    square,
    taken,
    workers_of,
)
from mpprobe.toolkit import (
    HEAR_SECONDS,
    hear,
    tell,
    under_test,
    until,
)

SAME_WORDS = {"self": 1, "func": 2, "args": 3, "kwds": 4, "callback": 5, "error_callback": 6}


def forms(t):
    """Each form of the two calls."""
    pool = t.mp.Pool(2)
    for name, call in (
        ("apply", pool.apply),
        ("async", lambda *args, **kwargs: pool.apply_async(*args, **kwargs).get(HEAR_SECONDS)),
    ):
        t.see(name + ".bare", soon(call, record))
        t.see(name + ".args", soon(call, record, (1, "two")))
        t.see(name + ".list", soon(call, record, [1, [2]]))
        t.see(name + ".kwds", soon(call, record, (1,), {"two": 2}))
        t.see(name + ".keyword", soon(call, kwds={"two": 2}, args=(1,), func=record))
        t.see(name + ".kwds-only", soon(call, record, kwds={"two": 2}))
        t.see(name + ".tuple-inside", soon(call, record, ((1, 2),)))
        t.see(name + ".same-words", soon(call, record, (), SAME_WORDS))
    t.see("async.four", soon(pool.apply_async(record, (1,), {}, None).get))
    t.see("async.five", soon(pool.apply_async(record, (1,), {}, None, None).get))
    t.call("too-many", pool.apply, record, (), {}, None)
    t.call("async-too-many", pool.apply_async, record, (), {}, None, None, None)
    t.call("unknown-keyword", pool.apply, record, keywords={})
    t.call("no-function", pool.apply)
    finish(pool)


# -- where, when, how often


def note_and_wait(word, release):
    note(word)
    return [say_and_wait(word, release), os.getpid()]


def blocking(t):
    """apply() while its task waits; apply_async() meanwhile."""
    pool = t.ctx.Pool(3)
    module = pool_module(t)
    workers = workers_of(pool, 3)
    found = []
    waiting = in_thread(lambda: found.append(pool.apply(note_and_wait, ("applied", "go-on"))))
    hear("applied")
    waiting.join(CHANCE)
    t.see("apply.waits", waiting.is_alive())
    result = pool.apply_async(note_and_wait, ("async", "go-on-async"))
    t.see("async.is-a-result", isinstance(result, module.AsyncResult))
    t.see("async.runs", hear("async") in workers)
    t.see("async.ready", result.ready())
    tell("go-on")
    waiting.join(HEAR_SECONDS)
    t.see("apply.returned", found[0][0] if found else "hung")
    tell("go-on-async")
    t.see("async.value", soon(result.get)[0])
    t.see("apply.by-worker", found[0][1] in workers and found[0][1] != os.getpid())
    t.see("noted", notes())
    finish(pool)


def often(t):
    """Twenty calls of each kind on three workers, and how often each was carried out."""
    pool = t.ctx.Pool(3)
    workers = set(workers_of(pool, 3))
    t.see("apply", [pool.apply(note, ("a%d" % number,)) for number in range(20)])
    results = [pool.apply_async(note, ("b%d" % number,)) for number in range(20)]
    t.see("async", [soon(result.get) for result in results])
    t.see("noted", sorted(notes()))
    where = {pool.apply(pid_of) for _ in range(20)}
    t.see("elsewhere", sorted(where - workers))
    finish(pool)


def amounts(t):
    """Many tasks at once, from one thread and from four, while workers have other things to do."""
    pool = t.mp.Pool(3)
    results = [pool.apply_async(square, (number,)) for number in range(2000)]
    t.see("many", [soon(result.get) for result in results] == [n * n for n in range(2000)])
    found = []

    def use(first):
        for number in range(first, first + 100):
            found.append(pool.apply(square, (number,)) == number * number)
        found.append(pool.map(square, range(50)) == [number * number for number in range(50)])

    threads = [in_thread(use, 1000 * number) for number in range(4)]
    for thread in threads:
        thread.join(HEAR_SECONDS)
    t.see("threads", [len(found), all(found)])
    finish(pool)


# -- what travels


class Plain:
    def __init__(self):
        self.state = {"n": 1}


class Reduced:
    def __init__(self, words):
        self.words = words

    def __reduce__(self):
        return Reduced, (self.words + ["reduced"],)


class Touchy:
    """Can be asked neither whether it is true nor what it equals."""

    def __bool__(self):
        raise ArithmeticError("asked for its truth")

    def __eq__(self, other):
        raise ArithmeticError("asked what it equals")

    __hash__ = None


class Text(str):
    pass


class Numbers(list):
    pass


def same(value):
    return value


def shape(value):
    """What there is to see of a value, so that two of them can be compared."""
    if isinstance(value, (Plain, Reduced)):
        return [type(value).__name__, sorted(vars(value).items())]
    if isinstance(value, BaseException):
        return [type(value).__name__, list(value.args)]
    return [type(value).__name__, value]


def plain_values():
    shared = [1]
    return [
        None, True, False, 0, -1, 2**31, 2**63, -(2**63), 2**200, 0.5, float("inf"), 1j,
        "", "words", "\u00e9\u20ac\U0001f600", "\ud800", b"", b"bytes", bytearray(b"array"),
        (), (1,), [], [[]], {}, {"key": [1]}, set(), {1}, frozenset([2]), range(3), slice(1, 2),
        Ellipsis, NotImplemented, int, ValueError, square, len, os.path.join, Text("text"),
        Numbers([1]), [shared, shared], ValueError("as data"), StopIteration(3),
        KeyboardInterrupt("as data"), SystemExit(4), OSError(2, "as data"),
    ]  # fmt: skip


def values(t):
    """Values of many kinds as argument and as result."""
    pool = t.mp.Pool(2)
    wanted = plain_values()
    # One after the other, so that none is alone in looking like another.
    found = [attempt_within(HEAR_SECONDS, pool.apply, same, (value,)) for value in wanted]
    t.see(
        "plain",
        [
            repr(value)[:60]
            for value, got in zip(wanted, found)
            if isinstance(got, Raised) or shape(got) != shape(value)
        ],
    )
    listed = pool.map(same, wanted)
    t.see("mapped", [shape(value) for value in listed] == [shape(value) for value in wanted])
    twins = soon(pool.apply, same, ([wanted, wanted],))
    t.see("same-twice", twins[0] is twins[1])
    cycle = []
    cycle.append(cycle)
    back = soon(pool.apply, same, (cycle,))
    t.see("cycle", back[0] is back)
    t.see("state", soon(pool.apply, same, (Plain(),)).state)
    t.see("reduced", soon(pool.apply, same, (Reduced(["made"]),)).words)
    t.see("nan", repr(soon(pool.apply, same, (float("nan"),))))
    t.see("touchy", type(soon(pool.apply, same, (Touchy(),))).__name__)
    t.see("touchy-mapped", [type(one).__name__ for one in soon(pool.map, same, [Touchy()])])
    original = {"list": [1]}
    got = soon(pool.apply, change, (original,))
    t.see("copies", [original, got])
    finish(pool)


def change(value):
    value["list"].append(2)
    return value


def sizes(t):
    """Arguments and results around the sizes where a buffer, a page or a datagram ends."""
    pool = t.mp.Pool(2)
    lengths = [0, 1, 100, 511, 4000, 4096, 8192, 65000, 65536, 65537, 131072, 212992, 1 << 20]
    found = {}
    for length in lengths:
        text = bytes(bytearray(range(256))) * (length // 256) + b"x" * (length % 256)
        found[length] = soon(pool.apply, same, (text,)) == text
    t.see("wrong", sorted(length for length in found if not found[length]))
    many = soon(pool.map, filled, [300000] * 12, 1)
    t.see("many-big", [len(one) for one in many])
    big = soon(pool.apply, same, (bytearray(24 << 20),))
    t.see("big", len(big))
    finish(pool)


def filled(length):
    return b"f" * length


def use_proxies(words, numbers, number):
    words.append("word %d" % number)
    numbers[number] = number * number
    return [words, len(words)]


def proxies(t):
    """Proxies as arguments and as results, on three workers."""
    pool, manager = t.ctx.Pool(3), t.ctx.Manager()
    words, numbers = manager.list(), manager.dict()
    given = [(words, numbers, number) for number in range(6)]
    found = soon(pool.starmap, use_proxies, given, 1)
    t.see("words", sorted(words))
    t.see("numbers", [numbers[number] for number in range(6)])
    t.see("back", [sorted(one[0]) == sorted(words) for one in found])
    finish(pool)
    manager.shutdown()


def backlog(t):
    """Sixty arguments of a megabyte that are given while the only worker is busy."""
    pool = t.ctx.Pool(1)
    pool.apply_async(say_and_wait, ("busy",))
    hear("busy")
    t.call("given", give_many, pool)
    results = RESULTS[:]
    del RESULTS[:]
    t.see("ready", [result.ready() for result in results].count(True))
    tell("release")
    t.see("lengths", [soon(result.get) for result in results] == [1 << 20] * 60)
    finish(pool)


RESULTS = []


def give_many(pool):
    text = b"b" * (1 << 20)
    for _ in range(60):
        RESULTS.append(pool.apply_async(len, (text,)))


# -- which functions


class Counter:
    made = "class attribute"

    def __init__(self, begin=0):
        self.begin = begin

    def plus(self, number):
        return self.begin + number

    @classmethod
    def named(cls, number):
        return [cls.__name__, number]

    @staticmethod
    def static(number):
        return number + 1

    def __call__(self, number):
        return self.begin * number


def functions(t):
    """Callables of all kinds that can be pickled, with apply() and with map()."""
    pool = t.ctx.Pool(2)
    for name, function, argument in (
        ("function", square, 5),
        ("builtin", abs, -5),
        ("class", int, "5"),
        ("own-class", Counter, 5),
        ("bound-method", Counter(10).plus, 5),
        ("class-method", Counter.named, 5),
        ("static-method", Counter.static, 5),
        ("callable-object", Counter(10), 5),
        ("partial", functools.partial(pow, 2), 5),
        ("method-of-builtin", "a-b".split, "-"),
        ("operator", operator.itemgetter(1), "xy"),
    ):
        applied = soon(pool.apply, function, (argument,))
        mapped = soon(pool.map, function, [argument])
        if name == "own-class":
            applied, mapped = applied.begin, [one.begin for one in mapped]
        t.see(name, [applied, mapped])
    t.see("unbound-method", soon(pool.apply, str.upper, ("x",)))
    finish(pool)


# -- what fails


class Failure(Exception):
    """An exception with state."""

    def __init__(self, *args):
        Exception.__init__(self, *args)
        self.more = None


def fail(text):
    error = Failure(text, 2)
    error.more = ["state"]
    raise error


def note_and_fail(word):
    note(word)
    raise LookupError(word)


def fail_deep(number):
    if number:
        return fail_deep(number - 1)
    raise LookupError("raised at the very bottom")


def failing(t):
    """Calls that raise: what comes back of the exception, and how often."""
    pool = t.ctx.Pool(2)
    error = soon(pool.apply, fail, ("text",))
    t.see("apply", error)
    args = list(getattr(error, "args", ()))
    t.see("apply.state", [type(error) is Failure, args, getattr(error, "more", 0)])
    result = pool.apply_async(fail, ("text",))
    errors = [soon(result.get) for _ in range(3)]
    t.see("get", errors)
    t.see("get.state", [getattr(error, "more", None) for error in errors])
    t.see("successful", result.successful())
    t.see("builtin", soon(pool.apply, divide, (0,)))
    t.see("wrong-call", soon(pool.apply, square, (1, 2, 3)))
    t.see("not-callable", soon(pool.apply, 5, ()))
    t.see("stop-iteration", soon(pool.apply, next, (iter([]),)))
    t.see("timeout-of-the-task", soon(pool.apply, time_out))
    t.see("then", soon(pool.apply, square, (7,)))
    soon(pool.apply, note_and_fail, ("apply",))
    soon(pool.apply_async(note_and_fail, ("async",)).get)
    soon(pool.map, note_and_fail, ["map", "map too"], 1)
    taken(pool.imap(note_and_fail, ["imap", "imap too"]), 3)
    t.see("noted", sorted(notes()))
    t.see("where", told_of(soon(pool.apply, fail_deep, (3,))))
    t.see("async-where", told_of(soon(pool.apply_async(fail_deep, (3,)).get)))
    finish(pool)
    t.see("stderr", t.stderr())


def time_out():

    raise under_test().TimeoutError("raised by the task")


def told_of(error):
    """The traceback of an exception, as it is printed."""
    if not isinstance(error, BaseException):
        return ["not raised", error]
    text = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    return [named(error), text.count("fail_deep") >= 4, "at the very bottom" in text]


def unwaited(t):
    """Results that nobody keeps, and tasks that nobody waits for."""
    pool = t.ctx.Pool(1)
    for number in range(5):
        pool.apply_async(note, (number,))
    pool.apply_async(fail, ("nobody asks",))
    pool.map_async(note, [5, 6])
    t.see("last", soon(pool.apply, note, (7,)))
    until(lambda: len(notes()) == 8)
    t.see("noted", sorted(notes()))
    finish(pool)
    t.see("stderr", t.stderr())
