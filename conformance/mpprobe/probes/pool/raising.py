"""Exceptions of all kinds, raised by tasks, callbacks, iterables and initializers: nobody hangs."""

import os
import sys

from mpprobe.probes.pool._common import (
    PATIENCE,
    divide,
    error_or_hung,
    in_thread,
    in_time,
    named,
    note,
    notes,
    outcomes,
    put_down,
    square,
    taken,
)
from mpprobe.toolkit import (
    hear,
    tell,
    until,
)


class NeedsArguments(Exception):
    """An exception that can't be made of its args."""

    def __init__(self, first, second):
        Exception.__init__(self, "needs %s and %s" % (first, second))
        self.first = first


class UnpicklableError(Exception):
    def __reduce__(self):
        raise OverflowError("refuses to be pickled")


class OwnBase(BaseException):
    pass


def raise_what(name):
    if name == "needs-arguments":
        raise NeedsArguments("one", "two")
    if name == "unpicklable":
        raise UnpicklableError("the text")
    if name == "holds-unpicklable":
        raise ValueError("the text", lambda: None)
    if name == "base":
        raise OwnBase("the text")
    if name == "exit":
        sys.exit(7)
    if name == "exit-text":
        sys.exit("the text")
    if name == "interrupt":
        raise KeyboardInterrupt("the text")
    if name == "generator-exit":
        raise GeneratorExit("the text")
    if name == "recursion":
        return raise_what(name)
    if name == "memory":
        raise MemoryError("the text")
    if name == "group":
        raise RuntimeError("the text") from LookupError("its cause")
    raise ValueError(name)


def exceptions_of_each(t, names):
    for name in names:
        pool = t.ctx.Pool(1)
        outcomes(t, name, pool, raise_what, name)
        put_down(pool)
    t.stderr()


def exceptions(t):
    """Exceptions that can't be pickled, or not be made again of their arguments."""
    exceptions_of_each(t, ("unpicklable", "holds-unpicklable"))


def exceptions_with_arguments(t):
    """An exception whose class needs arguments that its args do not have."""
    exceptions_of_each(t, ("needs-arguments",))


def base_exceptions(t):
    """Tasks that raise what is no Exception."""
    exceptions_of_each(t, ("base", "generator-exit"))


def exiting_tasks(t):
    """Tasks that call sys.exit()."""
    exceptions_of_each(t, ("exit", "exit-text"))


def interrupting_tasks(t):
    """Tasks that raise KeyboardInterrupt."""
    exceptions_of_each(t, ("interrupt",))


def common_errors(t):
    """A recursion without end, a lack of memory, an exception with a cause."""
    exceptions_of_each(t, ("recursion", "memory", "group"))


def raising_callback(t, error):
    """A callback, and an error callback, that raise; the results, and those of later tasks."""
    pool = t.ctx.Pool(2)

    def fail(_):
        raise error

    first = pool.apply_async(square, (3,), callback=fail)
    t.see("callback.get", named(in_time(first.get)))
    second = pool.apply_async(divide, (0,), error_callback=fail)
    t.see("error-callback.get", named(in_time(second.get)))
    third = pool.map_async(square, range(4), 1, fail)
    t.see("map-callback.get", named(in_time(third.get)))
    t.see("then", named(in_time(pool.map, square, range(3))))
    t.see("put-down", named(put_down(pool)))
    t.stderr()


def callbacks(t):
    """Callbacks that raise an Exception."""
    raising_callback(t, LookupError("raised by a callback"))


def exiting_callbacks(t):
    """Callbacks that raise SystemExit."""
    raising_callback(t, SystemExit(3))


def interrupting_callbacks(t):
    """Callbacks that raise KeyboardInterrupt."""
    raising_callback(t, KeyboardInterrupt("raised by a callback"))


def terminating_callbacks(t):
    """A callback that terminates the pool, with another task under way."""
    pool = t.ctx.Pool(2)
    ended = []

    def end(_):
        pool.terminate()
        ended.append(True)

    busy = pool.apply_async(stay)
    hear("staying")
    pool.apply_async(square, (2,), callback=end)
    joiner = in_thread(join_when, pool, ended)
    joiner.join(PATIENCE)
    t.see("ended", bool(ended))
    t.see("busy", error_or_hung(in_time(busy.get)))
    t.see("put-down", named(put_down(pool)))
    t.stderr()


def stay():
    tell("staying", os.getpid())
    hear("never", 60)


def join_when(pool, ended):
    until(lambda: ended)
    pool.join()


def halfway(error):
    yield 1
    yield 2
    raise error


def raising_iterables(t, error):
    """An iterable that raises after two elements, given to map(), imap() and imap_unordered()."""
    for name in ("map", "imap", "unordered"):
        pool = t.ctx.Pool(1)
        if name == "map":
            t.see("map", in_time(pool.map, square, halfway(error)))
        else:
            call = pool.imap if name == "imap" else pool.imap_unordered
            t.see(name, taken(call(square, halfway(error)), 4, in_time))
        t.see(name + ".then", in_time(pool.apply, square, (4,)))
        put_down(pool)
    t.stderr()


def exiting_iterables(t):
    """Iterables that raise SystemExit."""
    raising_iterables(t, SystemExit(5))


def interrupting_iterables(t):
    """Iterables that raise KeyboardInterrupt."""
    raising_iterables(t, KeyboardInterrupt("raised by an iterable"))


def fail_to_begin():
    note("began")
    raise LookupError("raised by an initializer")


def exit_at_once():
    note("began")
    os._exit(9)


def initializers_of(t, initializer):
    """A pool whose initializer always fails: its results, the processes that it starts, its end."""
    made = in_time(t.ctx.Pool, 2, initializer)
    t.see("made", "raised" if isinstance(made, BaseException) else type(made).__name__ != "str")
    if isinstance(made, BaseException) or made == "hung":
        return
    result = in_time(made.apply_async, square, (2,))
    if not isinstance(result, BaseException):
        result = in_time(result.get)
    t.see("get", error_or_hung(result))
    if result == "hung":
        # A pool that starts workers for ever starts so many however slow they are.
        until(lambda: len(notes()) > 20)
    t.see("started", len(notes()))
    t.see("put-down", named(put_down(made)))
    t.stderr()


def initializers(t):
    """An initializer that raises in every worker."""
    initializers_of(t, fail_to_begin)


def exiting_initializers(t):
    """An initializer that ends every worker."""
    initializers_of(t, exit_at_once)
