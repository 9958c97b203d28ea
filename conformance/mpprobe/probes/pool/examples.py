"""What the documentation's examples of pools do, as programs of their own and step by step."""

import time

from mpprobe.probes.pool._common import (
    BRIEF,
    LONG,
    say_and_wait,
    square,
)
from mpprobe.toolkit import (
    tell,
)

FIRST = """
from IMPLEMENTATION import Pool


def square(number):
    return number * number


if __name__ == "__main__":
    with Pool(5) as pool:
        print(pool.map(square, [1, 2, 3]))
"""

TOUR = """
import os
import time
from IMPLEMENTATION import Pool, TimeoutError


def square(number):
    return number * number


if __name__ == "__main__":
    with Pool(processes=4) as pool:
        print(pool.map(square, range(8)))
        print(sorted(pool.imap_unordered(square, range(8))))
        result = pool.apply_async(square, (20,))
        print(result.get(timeout=60))
        result = pool.apply_async(os.getpid, ())
        print(result.get(timeout=60) != os.getpid())
        several = [pool.apply_async(os.getpid, ()) for _ in range(4)]
        print(os.getpid() in [result.get(timeout=60) for result in several])
        result = pool.apply_async(time.sleep, (60,))
        try:
            print(result.get(timeout=0.2))
        except TimeoutError:
            print("too early")
        print(pool.apply(square, (3,)))
    try:
        pool.apply(square, (3,))
    except ValueError:
        print("no longer available")
"""


def programs(t):
    """The example of the introduction, and the one that shows the ways to give a pool work."""
    for name, source, options in (
        ("first", FIRST, ()),
        ("tour", TOUR, ()),
        ("strict", FIRST, ("-W", "error", "-X", "dev")),
    ):
        found = t.program(source, options=options)
        t.see(name + ".out", found["out"].splitlines())
        t.see(name + ".err", found["err"])
        t.see(name + ".code", found["code"])


def steps(t):
    """The example of the section on pools, and the longer one on the last page."""
    with t.ctx.Pool(processes=4) as pool:
        result = pool.apply_async(square, (10,))
        t.see("result", result.get(timeout=LONG))
        t.see("mapped", pool.map(square, range(8)))
        iterator = pool.imap(square, range(8))
        t.see("next", [next(iterator), next(iterator), iterator.next(timeout=LONG)])
        late = pool.apply_async(time.sleep, (LONG,))
        t.call("late", late.get, timeout=BRIEF)
        calls = [(square, (n,)) for n in range(8)] + [(pow, (n, 2)) for n in range(8)]
        results = [pool.apply_async(call, calls_of) for call, calls_of in calls]
        t.see("in-order", [each.get(LONG) for each in results])
        ordered = pool.imap(call_it, calls)
        unordered = pool.imap_unordered(call_it, calls)
        t.see("iterated", [ordered.next(LONG) for _ in calls])
        t.see("unordered", sorted(unordered.next(LONG) for _ in calls))
        waited = pool.apply_async(say_and_wait, ("waiting",))
        found = []
        while not found or found[-1] == "multiprocessing.TimeoutError":
            found.append(name_of_error(t.mp, waited.get, 0.02))
            if len(found) == 3:
                tell("release")
        t.see("repeated", [found[:3], found[-1]])
    pool.join()


def call_it(words):
    function, arguments = words
    return function(*arguments)


def name_of_error(mp, function, *args):
    try:
        return function(*args)
    except mp.TimeoutError:
        return "multiprocessing.TimeoutError"


BEFORE = """
import IMPLEMENTATION as mp
import sys


def first():
    return "defined before"


if __name__ == "__main__":
    pool = mp.get_context(START_METHOD).Pool(2)
    print(pool.apply(first))

    def second():
        return "defined after"

    try:
        print(pool.apply_async(second).get(timeout=5))
    except AttributeError as error:
        print("AttributeError")
    except mp.TimeoutError:
        print("nothing")
    pool.terminate()
    pool.join()
"""


def too_late(t):
    """A function of the main module that is defined after the pool was made."""
    found = t.program(BEFORE)
    t.see("out", found["out"].splitlines())
    t.see("code", found["code"])
