"""ThreadPool: a pool of threads with everything that a pool of processes has."""

import os
import threading

from mpprobe.probes._common import affinity, may_use
from mpprobe.probes.pool._common import (
    BRIEF,
    CHANCE,
    LONG,
    collect,
    divide,
    finish,
    named,
    pool_module,
    record,
    soon,
    square,
    taken,
    terminate_and_join,
)
from mpprobe.toolkit import (
    HEAR_SECONDS,
    until,
)

GIVEN = []


def ident(_=None):
    return threading.current_thread().ident


def remember(*args):
    GIVEN.append([threading.current_thread().ident, list(args)])


def thread_pool(t):
    t.needs("pool.ThreadPool")
    return pool_module(t).ThreadPool


def meet_here(barrier):
    barrier.wait(HEAR_SECONDS)
    return threading.current_thread().ident


def idents_of(pool, count):
    barrier = threading.Barrier(count)
    results = [pool.apply_async(meet_here, (barrier,)) for _ in range(count)]
    return [result.get(HEAR_SECONDS) for result in results]


def forms(t):
    """Each parameter of ThreadPool(), by position and by keyword, and those that it lacks."""
    make = thread_pool(t)
    usable = affinity()
    may_use(usable[:1])
    t.see("cpus", os.cpu_count())
    t.see("usable", len(affinity()))
    for name, arguments in (("bare", {}), ("none", {"processes": None})):
        before = threading.active_count()
        pool = make(**arguments)
        count = at_once(pool, 2 * os.cpu_count() + 1)
        t.see(name, count)
        terminate_and_join(pool)
        t.see(name + ".threads", until_is(threading.active_count, before) - before)
    may_use(usable)
    for name, arguments, keywords in (
        ("position", (3, remember, (1, "two")), {}),
        ("keyword", (), {"initargs": (1, "two"), "initializer": remember, "processes": 3}),
    ):
        pool = make(*arguments, **keywords)
        idents = idents_of(pool, 3)
        t.see(name + ".workers", len(set(idents)))
        t.see(name + ".given", [args for _, args in GIVEN])
        t.see(name + ".each", sorted(who for who, _ in GIVEN) == sorted(idents))
        del GIVEN[:]
        terminate_and_join(pool)
    t.call("maxtasksperchild", make, 1, maxtasksperchild=2)
    t.call("context", make, 1, context=t.mp.get_context())
    t.call("four-arguments", make, 1, None, (), 2)
    t.call("zero", make, 0)
    # Some implementations tell what becomes of a pool that could not be made.
    collect()
    t.stderr()


def at_once(pool, most):
    """How many of a pool's tasks are under way at the same time, while none of them ends."""
    begun, go = [], threading.Event()

    def stay():
        begun.append(None)
        go.wait(HEAR_SECONDS)

    for _ in range(most):
        pool.apply_async(stay)
    last = -1
    while last != len(begun):
        last = len(begun)
        until(lambda: len(begun) != last, CHANCE)  # noqa: B023
    go.set()
    return last


def until_is(value, wanted):
    until(lambda: value() == wanted)
    return value()


def interface(t):
    """ThreadPool against Pool: its class, its methods, its results."""
    make = thread_pool(t)
    module = pool_module(t)
    pool = make(2)
    t.see("is-a-pool", isinstance(pool, module.Pool))
    t.see("subclass", issubclass(make, module.Pool))
    public = [name for name in dir(module.Pool) if name[0] != "_"]
    t.see("lacking", [name for name in public if not callable(getattr(pool, name, None))])
    t.see("result", isinstance(pool.apply_async(square, (1,)), module.AsyncResult))
    t.see("map-result", isinstance(pool.map_async(square, [1]), module.AsyncResult))
    finish(pool)


def methods(t):
    """What each method gives, also of what could not be pickled, and in which thread."""
    pool = thread_pool(t)(3)
    caller = threading.current_thread().ident
    lock = threading.Lock()
    t.see("apply", soon(pool.apply, record, (1,), {"two": 2}))
    t.see("async", soon(pool.apply_async(record, (1,), {"two": 2}).get))
    t.see("map", soon(pool.map, square, range(8)))
    t.see("map-chunks", soon(pool.map, square, range(8), 3))
    t.see("map-empty", soon(pool.map, square, []))
    t.see("map-async", soon(pool.map_async(square, range(4), 1).get))
    t.see("imap", soon(list, pool.imap(square, range(5))))
    t.see("imap-chunks", soon(list, pool.imap(square, range(5), 2)))
    t.see("unordered", sorted(soon(list, pool.imap_unordered(square, range(5)))))
    t.see("starmap", soon(pool.starmap, pow, [(2, 3), (3, 2)]))
    t.see("starmap-async", soon(pool.starmap_async(pow, [(2, 3)]).get))
    t.see("closure", soon(pool.map, lambda number: (number, lock)[0], [1, 2]))
    t.see("same-object", soon(pool.apply, lambda: lock) is lock)
    t.see("pid", soon(pool.apply, os.getpid) == os.getpid())
    t.see("other-thread", caller in soon(pool.map, ident, range(20), 1))
    t.see("threads", len(set(idents_of(pool, 3))))
    error = soon(pool.apply, divide, (0,))
    t.see("error", error)
    t.see("map-error", soon(pool.map, divide, [1, 0, 2]))
    t.see("imap-error", taken(pool.imap(divide, [1, 0, 2]), 4))
    finish(pool)


def results(t):
    """Results too early and in time, with callbacks and errors; iterators with timeouts."""
    pool = thread_pool(t)(1)
    go = threading.Event()
    done, failed = [], []
    result = pool.apply_async(lambda: go.wait(HEAR_SECONDS), callback=done.append)
    iterator = pool.imap(square, [3])
    t.see("ready", result.ready())
    t.call("successful", result.successful)
    t.call("get", result.get, BRIEF)
    t.call("wait", result.wait, BRIEF)
    t.call("next", iterator.next, BRIEF)
    go.set()
    t.see("later", soon(result.get))
    t.see("later.successful", [result.ready(), result.successful()])
    t.see("later.next", soon(iterator.next, LONG))
    bad = pool.apply_async(divide, (0,), callback=done.append, error_callback=failed.append)
    t.see("bad", [soon(bad.get) for _ in range(2)])
    t.see("bad.successful", bad.successful())
    finish(pool)
    t.see("callback", done)
    t.see("error-callback", failed)


def ending(t):
    """close(), join() and terminate() of a ThreadPool, its with block, and its threads."""
    make = thread_pool(t)
    before = threading.active_count()
    pool = make(2)
    results = [pool.apply_async(square, (number,)) for number in range(20)]
    t.call("early-join", pool.join)
    pool.close()
    t.see("closed", named(soon(pool.apply_async, square, (1,))))
    t.see("join", soon(pool.join))
    t.see("results", [soon(result.get) for result in results] == [n * n for n in range(20)])
    with make(2) as entered:
        t.see("with", entered.apply(square, (3,)))
    t.see("left", named(soon(entered.apply, square, (3,))))
    entered.join()
    terminated = make(2)
    terminated.map(square, range(8))
    t.see("terminate", soon(terminated.terminate))
    t.see("terminate.join", soon(terminated.join))
    t.see("terminated", named(soon(terminated.map, square, [1])))
    t.see("children", len(t.mp.active_children()))
    t.see("threads", until_is(threading.active_count, before) - before)
