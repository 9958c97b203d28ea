"""How pools are made: each parameter, the default ones, and what the context decides."""

import os

from mpprobe.probes._common import affinity, may_use
from mpprobe.probes.pool._common import (
    PATIENCE,
    Raised,
    attempt_within,
    finish,
    in_time,
    pid_of,
    pool_module,
    soon,
    terminate_and_join,
    workers_of,
)
from mpprobe.toolkit import (
    tell,
    told,
    until,
)

GIVEN = []

# Filled by the process that makes a pool, long after the import: only a fork takes it along.
RUNTIME = []


def remember(*args):
    GIVEN.append(list(args))
    tell("began-%d" % os.getpid())


def given(_=None):
    """In a worker: what its initializer was called with, each time."""
    return GIVEN


def how_started(parent):
    """In a worker: the start method that it owes its life to, as far as can be seen from there."""
    if os.getppid() != parent:
        return "forkserver"
    return "fork" if RUNTIME else "spawn"


def sees_of(t, name, pool, count):
    """Report of a pool with `count` idle workers what its parameters led to."""
    t.see(name + ".workers", len(set(workers_of(pool, count))))
    t.see(name + ".children", len(t.mp.active_children()))
    t.see(name + ".given", pool.apply(given))
    lives = [pool.apply(pid_of) for _ in range(12)]
    t.see(name + ".different", len(set(lives)))
    terminate_and_join(pool)


def forms(t):
    """A pool of two or three workers by each form of the call."""
    module = pool_module(t)
    context = t.mp.get_context()
    sees_of(t, "one", t.mp.Pool(2), 2)
    sees_of(t, "initialized", t.mp.Pool(2, remember), 2)
    sees_of(t, "position", t.mp.Pool(3, remember, (1, "two"), 4), 3)
    sees_of(
        t, "keyword",
        t.mp.Pool(maxtasksperchild=4, initargs=(1, "two"), initializer=remember, processes=3), 3,
    )  # fmt: skip
    sees_of(t, "list", t.mp.Pool(2, initializer=remember, initargs=[1, [2]]), 2)
    sees_of(t, "none", t.mp.Pool(2, None, (), None), 2)
    sees_of(t, "class-position", module.Pool(2, remember, (3,), 4, context), 2)
    sees_of(
        t, "class-keyword",
        module.Pool(context=context, maxtasksperchild=4, initargs=(3,), initializer=remember,
                    processes=2), 2,
    )  # fmt: skip
    sees_of(t, "context", context.Pool(2, remember, (4,), 4), 2)


def refusals(t):
    """Calls with arguments that no documentation knows."""
    module = pool_module(t)
    t.call("unknown-keyword", t.mp.Pool, workers=2)
    t.call("context-to-the-function", t.mp.Pool, 2, None, (), None, t.mp.get_context())
    t.call("six-arguments", module.Pool, 2, None, (), None, t.mp.get_context(), 6)
    for name, arguments in (
        ("zero", (0,)),
        ("negative", (-1,)),
        ("text", ("2",)),
        ("float", (1.5,)),
        ("initializer", (1, 5)),
        ("initargs", (1, pid_of, 5)),
        ("no-tasks", (1, None, (), 0)),
        ("negative-tasks", (1, None, (), -1)),
        ("text-tasks", (1, None, (), "2")),
    ):
        made = attempt_within(PATIENCE, t.mp.Pool, *arguments)
        t.see(name, made.error if isinstance(made, Raised) else "made")
        if not isinstance(made, Raised) and made != "hung":
            in_time(terminate_and_join, made)
    t.stderr()


def default_size(t):
    """The number of workers of pools that are told none, where the system has more than one CPU."""
    usable = affinity()
    may_use(usable[:1])
    t.see("cpus", os.cpu_count())
    t.see("usable", len(affinity()))
    pools = []
    for name, arguments in (("bare", {}), ("none", {"processes": None})):
        before = len(t.mp.active_children())
        pools.append(t.mp.Pool(**arguments))
        t.see(name, len(t.mp.active_children()) - before)
    may_use(usable)
    for pool in pools:
        terminate_and_join(pool)


def contexts(t):
    """Which start method the workers of a pool have, by each way to make one."""
    module = pool_module(t)
    RUNTIME.append(True)
    for method in t.mp.get_all_start_methods():
        context = t.mp.get_context(method)
        for name, pool in (
            ("context", context.Pool(1)),
            ("position", module.Pool(1, None, (), None, context)),
            ("keyword", module.Pool(1, context=context)),
        ):
            t.see(method + "." + name, pool.apply(how_started, (os.getpid(),)))
            terminate_and_join(pool)
    for method in t.mp.get_all_start_methods():
        t.mp.set_start_method(method, force=True)
        for name, pool in (
            ("module", t.mp.Pool(1)),
            ("class", module.Pool(1)),
            ("none", module.Pool(1, context=None)),
        ):
            t.see(method + "." + name, pool.apply(how_started, (os.getpid(),)))
            terminate_and_join(pool)


def fixing(t):
    """The global start method, which nobody has set, before and after a pool is made."""
    module = pool_module(t)
    t.mp.set_start_method(None, force=True)
    t.see("before", t.mp.get_start_method(allow_none=True))
    pool = module.Pool(1)
    t.see("after", t.mp.get_start_method(allow_none=True))
    terminate_and_join(pool)
    t.mp.set_start_method(None, force=True)
    pool = t.mp.get_context(t.mp.get_all_start_methods()[0]).Pool(1)
    t.see("named", t.mp.get_start_method(allow_none=True))
    terminate_and_join(pool)


def kinds(t):
    """What a pool is: its class, its subclasses, and its representation."""
    module = pool_module(t)
    pool = t.ctx.Pool(2)
    t.see("is-a-pool", isinstance(pool, module.Pool))
    t.see("pickled", soon(pool.apply_async(record_of, (pool,)).get))
    t.see("repr", repr(pool))
    finish(pool)

    class Own(module.Pool):
        def double(self, number):
            return self.apply(twice, (number,))

    with Own(1, context=t.mp.get_context(t.method)) as own:
        t.see("subclass", own.double(21))
    own.join()


def record_of(thing):
    return type(thing).__name__


def twice(number):
    return 2 * number


def idle(t):
    """A pool that nobody has given anything to do: are its workers there?"""
    pool = t.ctx.Pool(3, remember)
    children = t.mp.active_children()
    t.see("children", len(children))
    t.see("names", [child.name for child in children])
    t.see("daemons", [child.daemon for child in children])
    t.see("began", soon(began, [child.pid for child in children]))
    finish(pool)
    t.see("children-left", len(t.mp.active_children()))


def began(pids):
    return until(lambda: all(told("began-%d" % pid) for pid in pids))
