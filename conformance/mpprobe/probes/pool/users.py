"""Who uses a pool: threads, children that have one of their own, and those that did not make it."""

import os
import sys

from mpprobe.probes._common import context
from mpprobe.probes.pool._common import (
    CHANCE,
    LONG,
    PATIENCE,
    all_gone,
    divide,
    finish,
    in_thread,
    in_time,
    kill,
    named,
    pid_of,
    put_down,
    say_and_wait,
    settled,
    soon,
    square,
    terminate_and_join,
    workers_of,
)
from mpprobe.toolkit import (
    HEAR_SECONDS,
    SCRATCH,
    hear,
    process_gone,
    tell,
    told,
    until,
)


def everything(pool):
    """What each method of a pool gives."""
    found = [
        pool.apply(square, (2,)),
        pool.apply_async(square, (3,)).get(HEAR_SECONDS),
        pool.map(square, range(4)),
        pool.map_async(square, range(4), 1).get(HEAR_SECONDS),
        list(pool.imap(square, range(4))),
        list(pool.imap(square, range(4), 2)),
        sorted(pool.imap_unordered(square, range(4))),
        pool.starmap(pow, [(2, 3), (3, 2)]),
        pool.starmap_async(pow, [(2, 3)]).get(HEAR_SECONDS),
        named(soon(pool.apply, divide, (0,))),
    ]
    called = []
    pool.apply_async(square, (5,), callback=called.append).wait(HEAR_SECONDS)
    finish(pool)
    return found + [called]


def by_threads(t):
    """A pool made by a thread, used by another, ended by a third; one used by four at once."""
    made = []
    thread = in_thread(lambda: made.append(t.ctx.Pool(2)))
    thread.join(HEAR_SECONDS)
    found = soon(everything, made[0])
    t.see("everything", found)
    pool = t.ctx.Pool(2)
    values = []

    def use(first):
        for number in range(first, first + 20):
            values.append(pool.apply(square, (number,)) == number * number)
            values.append(sum(pool.imap(square, range(number % 7))) >= 0)

    threads = [in_thread(use, 20 * number) for number in range(4)]
    for thread in threads:
        thread.join(HEAR_SECONDS)
    t.see("at-once", [len(values), all(values)])
    ender = in_thread(finish, pool)
    ender.join(HEAR_SECONDS)
    t.see("ended", not ender.is_alive())


def in_a_child(method):
    tell("child", soon(everything, context(method).Pool(2)))


def in_a_grandchild(method):
    child = context(method).Process(target=in_a_child, args=(method,))
    child.start()
    child.join()
    tell("grandchild", child.exitcode)


def in_a_thread_of_a_child(method):
    thread = in_thread(in_a_child, method)
    thread.join(HEAR_SECONDS)


def by_children(t):
    """A child that makes a pool of its own, one that does so in a thread, and a grandchild."""
    for name, target in (
        ("child", in_a_child), ("thread", in_a_thread_of_a_child), ("grandchild", in_a_grandchild),
    ):  # fmt: skip
        child = t.ctx.Process(target=target, args=(t.method,))
        child.start()
        child.join(2 * HEAR_SECONDS)
        t.see(name + ".exitcode", child.exitcode)
        t.see(name, hear("child"))
        forget("child")


def forget(name):
    os.unlink(os.path.join(os.environ[SCRATCH], "turns", name))


def from_daemons(t):
    """A daemonic child that makes a pool."""
    child = t.ctx.Process(target=make_one, args=(t.method,), daemon=True)
    child.start()
    t.see("made", hear("made"))
    child.join()
    t.stderr()


def make_one(method):
    found = soon(context(method).Pool, 1)
    tell("made", named(found) if isinstance(found, BaseException) else "a pool")
    if not isinstance(found, BaseException):
        terminate_and_join(found)


# -- processes that did not make it


def forked(function, *args):
    """Call in a child that os.fork() makes; its exit status, "hung" where it had to be killed."""
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if not pid:
        status = 1
        try:
            function(*args)
            status = 0
        finally:
            os._exit(status)
    ended = until(lambda: os.waitpid(pid, os.WNOHANG)[0], 2 * PATIENCE)
    if not ended:
        kill(pid)
        os.waitpid(pid, 0)
    return "ended" if ended else "hung"


def used_by_forks(t):
    """A forked child that uses its parent's pool: each call comes to an end, and the pool lives."""
    pool = t.ctx.Pool(1)
    worker = pool.apply(pid_of)
    t.see("child", forked(use_as_a_fork, pool))
    for name in ("apply", "map", "imap"):
        t.see(name, hear(name) if told(name) else "hung")
    t.see("then", [in_time(pool.apply, square, (3,)), in_time(pool.apply, pid_of) == worker])
    t.see("put-down", put_down(pool))
    t.stderr()


def use_as_a_fork(pool):
    tell("apply", settled(in_time(lambda: pool.apply_async(square, (2,)).get())))
    tell("map", settled(in_time(lambda: pool.map_async(square, [2]).get())))
    tell("imap", settled(in_time(lambda: list(pool.imap(square, [2])))))


def ended_by_forks(t):
    """Forked children that drop, close, join or terminate the pool of their parent, or just end."""
    pool = t.ctx.Pool(1)
    worker = pool.apply(pid_of)
    pending = pool.apply_async(say_and_wait, ("pending",))
    hear("pending")
    for name, call in (
        ("ends", lambda: None),
        ("close", pool.close),
        ("terminate", pool.terminate),
    ):
        t.see(name, forked(in_time, call))
    t.see("alive", not process_gone(worker))
    tell("release")
    t.see("pending", in_time(pending.get))
    t.see("then", [in_time(pool.apply, square, (3,)), in_time(pool.apply, pid_of) == worker])
    t.see("put-down", put_down(pool))
    t.stderr()


def children_beside(t):
    """Children that are started, and end, while a pool has work: each method of a process's end."""
    pool = t.ctx.Pool(2)
    results = [pool.apply_async(square, (number,)) for number in range(200)]
    children = [t.ctx.Process(target=leave_as, args=(how,)) for how in ("return", "exit", "os")]
    for child in children:
        child.start()
    for child in children:
        child.join(HEAR_SECONDS)
    t.see("exitcodes", [child.exitcode for child in children])
    t.see("results", [soon(result.get) for result in results] == [n * n for n in range(200)])
    t.see("then", soon(pool.map, square, range(3)))
    finish(pool)


def leave_as(how):
    if how == "exit":
        sys.exit(3)
    if how == "os":
        os._exit(4)


# -- the parent's end


def own_pool(method, busy):
    """Make a pool, say who its workers are, and wait for the end."""
    pool = context(method).Pool(2)
    pids = workers_of(pool, 2)
    if busy:
        results = [pool.apply_async(say_and_wait, ("busy-%d" % n, "never")) for n in range(2)]
        for number in range(2):
            hear("busy-%d" % number)
        tell("workers-busy", pids + [len(results)])
    else:
        tell("workers-idle", pids + [0])
    hear("never", LONG)


def orphaned(t):
    """The parent of idle workers is killed, and one of workers with a task each."""
    for name, busy in (("idle", False), ("busy", True)):
        child = t.ctx.Process(target=own_pool, args=(t.method, busy))
        child.start()
        pids = hear("workers-" + name)[:2]
        kill(child.pid)
        child.join()
        if busy:
            # A task that was begun may be done to its end.
            t.see("at-once", all_gone(pids, CHANCE))
            tell("never")
        t.see(name + ".gone", all_gone(pids))
        for pid in pids:
            kill(pid)
    t.stderr()
