"""Pool and ThreadPool: workers that are threads, and the methods of a pool of processes."""

import importlib
import os
import threading

from mpprobe.probes._common import affinity, error_of, may_use, result_of
from mpprobe.probes.dummy._common import BRIEF, LONG, PATIENCE, dummy_of, outcome_of
from mpprobe.toolkit import HEAR_SECONDS, until

METHODS = [
    "apply",
    "apply_async",
    "close",
    "imap",
    "imap_unordered",
    "join",
    "map",
    "map_async",
    "starmap",
    "starmap_async",
    "terminate",
]


def pool_module(t):
    t.needs("pool.ThreadPool")
    return importlib.import_module(t.mp.__name__ + ".pool")


def end(pool):
    pool.close()
    pool.join()


def made(t):
    """Pools made by dummy.Pool() and by ThreadPool(), by position and by keyword."""
    dummy, pool_of = dummy_of(t), pool_module(t)
    for name, kind in (("Pool", dummy.Pool), ("ThreadPool", pool_of.ThreadPool)):
        begun = []
        pools = [
            kind(2),
            kind(processes=2),
            kind(2, begun.append, ("position",)),
            kind(processes=2, initializer=begun.append, initargs=("keyword",)),
            kind(2, None),
        ]
        t.see(name + ".is-thread-pool", [isinstance(p, pool_of.ThreadPool) for p in pools])
        t.see(name + ".is-pool", [isinstance(p, pool_of.Pool) for p in pools])
        t.see(name + ".lacks", [m for m in METHODS if not callable(getattr(pools[0], m, None))])
        t.see(name + ".works", [p.apply(max, (1, 5)) for p in pools])
        until(lambda: len(begun) == 4, PATIENCE)  # noqa: B023
        t.see(name + ".initialized", sorted(begun))
        for pool in pools:
            end(pool)


def refused(t):
    """Arguments that pools of threads don't take, and numbers of workers that are none."""
    dummy, pool_of = dummy_of(t), pool_module(t)
    for name, kind in (("Pool", dummy.Pool), ("ThreadPool", pool_of.ThreadPool)):
        for argument in ("maxtasksperchild", "context"):
            t.see(
                "%s.%s.raises" % (name, argument),
                error_of(lambda: kind(1, **{argument: None})),  # noqa: B023
            )
        t.see(name + ".four.raises", error_of(kind, 1, None, (), 1))
        t.see(name + ".zero.raises", error_of(kind, 0))
        t.see(name + ".negative.raises", error_of(kind, -1))


class Together:
    """Tasks that stay until so many of them run at the same time, or more than that."""

    def __init__(self):
        self.lock = threading.Lock()
        self.threads = set()
        self.running = self.most = 0
        self.leave = threading.Event()

    def __call__(self, _=None):
        with self.lock:
            self.threads.add(threading.get_ident())
            self.running += 1
            self.most = max(self.most, self.running)
        self.leave.wait(HEAR_SECONDS)
        with self.lock:
            self.running -= 1
        return os.getpid()


def gathered(pool, expected):
    """How many of many tasks run at the same time, in how many threads, and where."""
    together = Together()
    results = [pool.apply_async(together) for _ in range(expected * 2 + 2)]
    until(lambda: together.running >= expected)
    # One more than there should be gets a chance to begin.
    until(lambda: together.running > expected, BRIEF)
    together.leave.set()
    pids = {result.get(HEAR_SECONDS) for result in results}
    own = threading.get_ident() in together.threads
    return [together.most, len(together.threads), own, pids == {os.getpid()}]


def workers(t):
    """How many tasks run at a time, and where, in pools of several sizes."""
    kind = pool_module(t).ThreadPool
    for size in (1, 3, 7):
        pool = kind(size)
        t.see("of-%d" % size, gathered(pool, size))
        end(pool)


def counted(t):
    """The size of pools without a number, where this process may use all CPUs, and one only."""
    dummy, kind = dummy_of(t), pool_module(t).ThreadPool
    t.see("cpus", os.cpu_count())
    everything = affinity()
    for name, cpus in (("all", everything), ("one", everything[:1])):
        may_use(cpus)
        sizes = []
        for make in (kind, dummy.Pool):
            for number in ((None,), ()):
                begun = []
                pool = make(*number, initializer=begun.append, initargs=(1,))
                # A worker begins with its initializer, and join() waits for all of them.
                end(pool)
                sizes.append(len(begun))
        t.see(name, sizes[0])
        t.see(name + ".alike", sizes == sizes[:1] * 4)
        t.see(name + ".usable", len(affinity()))
    may_use(everything)


def initialized(t):
    """An initializer in three workers: with which arguments, how often, in which threads."""
    kind = pool_module(t).ThreadPool
    local, begun = threading.local(), []

    def begin(*arguments):
        local.mark = arguments
        begun.append([threading.get_ident(), list(arguments)])

    pool = kind(3, begin, ("one", 2))
    together = Together()
    marks = [pool.apply_async(lambda: [together(), local.mark]) for _ in range(9)]
    until(lambda: together.running == 3)
    together.leave.set()
    t.see("marks", [list(mark.get(HEAR_SECONDS)[1]) for mark in marks])
    end(pool)
    t.see("arguments", [arguments for _, arguments in begun])
    t.see("threads", len({ident for ident, _ in begun}))
    t.see("same-threads", {ident for ident, _ in begun} == together.threads)
    pool = kind(2, None, ("unused",))
    t.see("none", pool.apply(len, ("ab",)))
    end(pool)


def methods(t):
    """Every method of a pool, with functions and arguments that can't be pickled."""
    kind = pool_module(t).ThreadPool
    pool, lock = kind(3), threading.Lock()
    called = []
    double = lambda x: x * 2  # noqa: E731
    t.see("apply", [pool.apply(double, (4,)), pool.apply(dict, (), {"a": 1}), pool.apply(list)])
    t.see(
        "map", [pool.map(double, range(20)), pool.map(double, [1, 2, 3], 2), pool.map(double, [])]
    )
    t.see("starmap", pool.starmap(lambda x, y: x - y, [(5, 3), (1, 1)]))
    t.see("imap", list(pool.imap(double, iter(range(20)), 3)))
    t.see("imap-next", pool.imap(double, [21]).next(timeout=LONG))
    t.see("imap-unordered", sorted(pool.imap_unordered(double, range(20))))
    results = [
        pool.apply_async(double, (4,), callback=called.append),
        pool.map_async(double, [1, 2], callback=called.append),
        pool.starmap_async(double, [(1,), (2,)], callback=called.append),
    ]
    t.see("async", [result.get(LONG) for result in results])
    until(lambda: len(called) == 3, PATIENCE)
    t.see("callbacks", sorted(map(str, called)))
    t.see("is-async-result", isinstance(results[0], pool_module(t).AsyncResult))
    t.see("states", [[result.wait(), result.ready(), result.successful()] for result in results])
    t.see("same-objects", pool.map(lambda item: item is lock, [lock]))
    mutable = []
    pool.map(mutable.append, [1, 2, 3], 1)
    t.see("shared", sorted(mutable))
    end(pool)


def failing(t):
    """Functions that raise: what get(), map(), imap() and the error callback are given."""
    pool, called = pool_module(t).ThreadPool(2), []
    failure = KeyError("meant")

    def fail(number):
        if number == 1:
            raise failure
        return number

    t.see("apply", result_of(pool.apply, fail, (1,)) is failure)
    t.see("map", result_of(pool.map, fail, range(3)) is failure)
    iterator = pool.imap(fail, range(3))
    t.see("imap", [result_of(next, iterator) for _ in range(4)])
    result = pool.apply_async(fail, (1,), error_callback=called.append)
    result.wait(LONG)
    until(lambda: called, PATIENCE)
    t.see("error-callback", called == [failure])
    t.see("successful", result.successful())
    t.see("goes-on", pool.apply(fail, (2,)))
    end(pool)


def late(t):
    """Results that are not there yet."""
    pool, leave = pool_module(t).ThreadPool(1), threading.Event()
    result = pool.apply_async(leave.wait, (HEAR_SECONDS,))
    t.see("ready", result.ready())
    t.call("get-timed", result.get, BRIEF)
    t.call("wait-timed", result.wait, BRIEF)
    iterator = pool.imap(abs, [-1])
    t.call("next-timed", iterator.next, BRIEF)
    leave.set()
    t.see("in-the-end", [result.get(LONG), next(iterator)])
    end(pool)


def closed(t):
    """Pools that are closed, terminated, left by a with statement, and joined."""
    kind = pool_module(t).ThreadPool
    before = threading.active_count()
    pool, leave = kind(2), threading.Event()
    t.see("join-early.raises", error_of(pool.join))
    results = [pool.apply_async(leave.wait, (HEAR_SECONDS,)) for _ in range(5)]
    pool.close()
    t.see("apply-late.raises", error_of(pool.apply_async, len, ("",)))
    leave.set()
    pool.join()
    t.see("done", [result.ready() and result.get() for result in results])
    with kind(2) as pool:
        t.see("in-the-block", pool.map(abs, [-1, -2]))
    t.see("after-the-block.raises", error_of(pool.apply_async, len, ("",)))
    pool.join()
    pool = kind(1)
    leave = threading.Event()
    started = Together()
    pool.apply_async(started)
    until(lambda: started.running == 1)
    waiting = pool.apply_async(leave.wait, (HEAR_SECONDS,))
    t.see("terminate", outcome_of(pool.terminate))
    t.see("terminated.raises", error_of(pool.apply_async, len, ("",)))
    started.leave.set()
    pool.join()
    t.see("never-begun", waiting.ready() and waiting.successful())
    t.see("threads-left", until(lambda: threading.active_count() <= before, PATIENCE))


def used_by_threads(t):
    """A pool that processes of dummy and a task of another pool use."""
    dummy, kind = dummy_of(t), pool_module(t).ThreadPool
    pool, found = kind(2), []
    processes = [
        dummy.Process(target=lambda n=n: found.extend(pool.map(abs, [-n, n]))) for n in range(3)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    t.see("found", sorted(found))
    other = kind(1)
    t.see("nested", outcome_of(other.apply, pool.map, (abs, [-5])))
    end(other)
    end(pool)
