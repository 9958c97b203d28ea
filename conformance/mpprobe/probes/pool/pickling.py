"""What can't be pickled or unpickled: results, arguments, functions, exceptions.

The documentation says of none of these what happens. Whoever uses a pool relies on three things:
each result comes to an end, the others are not touched, and the pool goes on.
"""

import os
import sys

from mpprobe.probes.pool._common import (
    error_or_hung,
    in_time,
    named,
    outcomes,
    pid_of,
    put_down,
    square,
    taken,
)


class Unpicklable:
    def __reduce__(self):
        raise OverflowError("refuses to be pickled")


class UnpicklableUnshowable(Unpicklable):
    def __repr__(self):
        raise OverflowError("refuses to be shown")


class ExitsWhenPickled:
    def __reduce__(self):
        raise SystemExit(3)


class Unloadable:
    def __reduce__(self):
        return refuse, ("refuses to be loaded",)


class ExitsWhenLoaded:
    def __reduce__(self):
        return sys.exit, (4,)


class InterruptsWhenLoaded:
    def __reduce__(self):
        return interrupt, ()


def refuse(why):
    raise OverflowError(why)


def interrupt():
    raise KeyboardInterrupt("while loading")


# Each kind of thing by a name, as it is made where it does harm.
KINDS = {
    "unpicklable": Unpicklable,
    "unshowable": UnpicklableUnshowable,
    "exits-when-pickled": ExitsWhenPickled,
    "unloadable": Unloadable,
    "exits-when-loaded": ExitsWhenLoaded,
    "interrupts-when-loaded": InterruptsWhenLoaded,
    "generator": lambda: (number for number in ()),
    "function": lambda: lambda: None,
}


def give(name):
    return KINDS[name]()


def take(thing):
    return "taken"


def outcomes_of_each(t, function, names):
    for name in names:
        pool = t.ctx.Pool(1)
        outcomes(t, name, pool, function, name)
        put_down(pool)
    # Whatever is printed is a matter of taste.
    t.stderr()


def results(t):
    """Results that can't be pickled."""
    outcomes_of_each(t, give, ("unpicklable", "generator", "function"))


def unshowable_results(t):
    """A result that can be neither pickled nor shown."""
    outcomes_of_each(t, give, ("unshowable",))


def exiting_results(t):
    """A result whose pickling raises SystemExit."""
    outcomes_of_each(t, give, ("exits-when-pickled",))


def unloadable_results(t):
    """A result that can't be unpickled by the process that waits for it."""
    outcomes_of_each(t, give, ("unloadable",))


def results_that_exit(t):
    """Results whose unpickling raises SystemExit or KeyboardInterrupt."""
    outcomes_of_each(t, give, ("exits-when-loaded",))
    outcomes_of_each(t, give, ("interrupts-when-loaded",))


def arguments_of_each(t, names):
    for name in names:
        pool = t.ctx.Pool(1)
        for way, call in (
            ("apply", lambda thing: pool.apply_async(take, (thing,)).get()),  # noqa: B023
            ("map", lambda thing: pool.map(take, [thing])),  # noqa: B023
            ("imap", lambda thing: next(pool.imap(take, [thing]))),  # noqa: B023
        ):
            t.see("%s.%s" % (name, way), error_or_hung(in_time(call, give(name))))
        t.see(name + ".then", in_time(pool.apply, square, (4,)))
        put_down(pool)
    t.stderr()


def arguments(t):
    """Arguments that can't be pickled."""
    arguments_of_each(t, ("unpicklable", "function"))


def arguments_that_exit_pickling(t):
    """Arguments whose pickling raises SystemExit."""
    arguments_of_each(t, ("exits-when-pickled",))


def unloadable_arguments(t):
    """Arguments that a worker can't unpickle."""
    arguments_of_each(t, ("unloadable",))


def arguments_that_exit_loading(t):
    """Arguments whose unpickling raises SystemExit or KeyboardInterrupt in a worker."""
    arguments_of_each(t, ("exits-when-loaded", "interrupts-when-loaded"))


def unpicklable_functions(t):
    """A function and a method that can't be pickled; one element amid others."""
    pool = t.ctx.Pool(2)
    t.see("apply", error_or_hung(in_time(pool.apply, lambda: 1)))
    t.see("map", error_or_hung(in_time(pool.map, lambda n: n, [1, 2])))
    t.see("amid", error_or_hung(in_time(pool.map, take, [1, Unpicklable(), 2], 1)))
    t.see(
        "iterated",
        [named(one) for one in taken(pool.imap(take, [1, Unpicklable(), 2]), 4, in_time)],
    )
    t.see("then", in_time(pool.map, square, range(3)))
    t.see("put-down", put_down(pool))
    t.stderr()


def unpicklable_initializers(t):
    """An initializer and its arguments that can't be pickled."""
    for name, arguments in (
        ("function", (1, lambda: None)),
        ("argument", (1, take, (Unpicklable(),))),
    ):
        made = in_time(t.ctx.Pool, *arguments)
        t.see(name, made if isinstance(made, BaseException) or made == "hung" else "made")
        if t.ctx is not None and hasattr(made, "apply_async"):
            t.see(name + ".get", error_or_hung(in_time(made.apply, square, (2,))))
            put_down(made)
    t.see("children", len(t.mp.active_children()))
    t.see("works", in_time(use_one, t.ctx))
    t.stderr()


def use_one(context):
    with context.Pool(1) as pool:
        return pool.apply(pid_of) != os.getpid()
