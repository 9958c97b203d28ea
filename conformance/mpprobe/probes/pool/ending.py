"""close(), terminate(), join() in every order, the with statement, and pools that are dropped."""

import itertools
import os
import threading

from mpprobe.probes.pool._common import (
    BRIEF,
    CHANCE,
    LONG,
    PATIENCE,
    all_gone,
    collect,
    divide,
    finish,
    in_thread,
    in_time,
    named,
    note,
    notes,
    pid_of,
    pool_module,
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
    hear,
    open_descriptors,
    process_gone,
    tell,
    until,
)


def submissions(pool):
    """Every way to give a pool something to do."""
    return (
        ("apply", lambda: pool.apply(note, ("apply",))),
        ("apply-async", lambda: pool.apply_async(note, ("apply-async",))),
        ("map", lambda: pool.map(note, ["map"])),
        ("map-async", lambda: pool.map_async(note, ["map-async"])),
        ("map-nothing", lambda: pool.map(note, [])),
        ("starmap", lambda: pool.starmap(note, [("starmap",)])),
        ("starmap-async", lambda: pool.starmap_async(note, [("starmap-async",)])),
        ("imap", lambda: list(pool.imap(note, ["imap"]))),
        ("imap-chunks", lambda: list(pool.imap(note, ["imap-chunks"], 2))),
        ("imap-unordered", lambda: list(pool.imap_unordered(note, ["imap-unordered"]))),
    )


def refused(t):
    """All submissions to pools that are closed, closed and joined, terminated, or left."""
    with t.ctx.Pool(1) as left:
        pass
    closed, joined, terminated = t.ctx.Pool(1), t.ctx.Pool(1), t.ctx.Pool(1)
    closed.close()
    finish(joined)
    terminated.terminate()
    for name, pool in (
        ("closed", closed), ("joined", joined), ("terminated", terminated), ("left", left),
    ):  # fmt: skip
        errors = {way: in_time(submit) for way, submit in submissions(pool)}
        t.see(name, [way for way in errors if not isinstance(errors[way], Exception)])
        t.see(name + ".errors", sorted({named(error) for error in errors.values()}))
    t.see("noted", notes())
    for pool in (closed, joined, terminated, left):
        terminate_and_join(pool)


def closing(t):
    """close() with a task under way and many that wait; the workers end without a join()."""
    pool = t.ctx.Pool(2)
    workers = workers_of(pool, 2)
    busy = pool.apply_async(say_and_wait, ("busy",))
    hear("busy")
    results = [pool.apply_async(note, (number,)) for number in range(50)]
    mapped = pool.map_async(square, range(20), 3)
    failing = pool.apply_async(divide, (0,))
    t.call("close", pool.close)
    t.call("close-again", pool.close)
    t.see("alive", [process_gone(pid) for pid in workers].count(False) >= 1)
    tell("release")
    t.see("busy", soon(busy.get))
    t.see("results", [soon(result.get) for result in results] == list(range(50)))
    t.see("mapped", soon(mapped.get) == [number * number for number in range(20)])
    t.see("failing", named(soon(failing.get)))
    t.see("workers-end", all_gone(workers, HEAR_SECONDS))
    t.see("children", soon(gone_from_children, t.mp))
    t.call("close-at-the-end", pool.close)
    t.see("noted", len(notes()))
    pool.join()


def gone_from_children(mp):
    return until(lambda: not mp.active_children())


def joining(t):
    """join() before it may be called, while a task is under way, by three threads, and again."""
    pool = t.ctx.Pool(2)
    workers = workers_of(pool, 2)
    t.call("early", pool.join)
    t.see("usable", soon(pool.apply, square, (2,)))
    result = pool.apply_async(say_and_wait, ("busy",))
    hear("busy")
    pool.close()
    found = []
    threads = [in_thread(lambda: found.append(pool.join())) for _ in range(3)]
    threads[0].join(CHANCE)
    t.see("too-early", list(found))
    tell("release")
    for thread in threads:
        thread.join(HEAR_SECONDS)
    t.see("returned", found)
    t.see("workers-gone", [process_gone(pid) for pid in workers])
    t.see("children", len(t.mp.active_children()))
    t.see("result", [result.ready(), soon(result.get)])
    t.call("again", pool.join)
    t.call("position", pool.join, 1)
    t.call("close-with-argument", pool.close, 1)
    t.call("terminate-with-argument", pool.terminate, 1)


def terminating(t):
    """terminate() with two tasks under way and some that wait."""
    pool = t.ctx.Pool(2)
    workers = workers_of(pool, 2)
    for number in range(2):
        pool.apply_async(begin_and_stay, ("begun-%d" % number,))
    for number in range(2):
        hear("begun-%d" % number)
    for number in range(20):
        pool.apply_async(note, ("queued %d" % number,))
    pool.map_async(note, ["mapped", "mapped"], 1)
    t.call("terminate", pool.terminate)
    t.see("workers-end", all_gone(workers, HEAR_SECONDS))
    t.call("again", pool.terminate)
    t.call("join", pool.join)
    t.call("join-again", pool.join)
    t.see("children", len(t.mp.active_children()))
    t.see("noted", notes())


def terminating_closed(t):
    """terminate() after close(), with two tasks under way and some that wait."""
    pool = t.ctx.Pool(2)
    workers = workers_of(pool, 2)
    for number in range(2):
        pool.apply_async(begin_and_stay, ("begun-%d" % number,))
    for number in range(2):
        hear("begun-%d" % number)
    for number in range(20):
        pool.apply_async(note, ("queued %d" % number,))
    pool.close()
    t.see("terminate", in_time(pool.terminate))
    t.see("workers-end", all_gone(workers))
    t.see("join", in_time(pool.join))
    t.see("noted", notes())
    put_down(pool)
    t.stderr()


def begin_and_stay(name):
    say_and_wait(name, "never")
    note("completed")


def orders(t):
    """close(), terminate() and join() in all orders of three: which call raises in which order."""
    early, other, usable = [], [], []
    count = 0
    for words in itertools.product(("close", "terminate", "join"), repeat=3):
        pool = t.mp.Pool(1)
        ended = False
        for word in words:
            raised = soon(getattr(pool, word))
            if word == "join" and not ended:
                early += [] if isinstance(raised, Exception) else [" ".join(words)]
            elif raised is not None:
                other += [" ".join(words)]
            ended = ended or word != "join"
        if not isinstance(soon(submit_one, pool), Exception):
            usable.append(" ".join(words))
        terminate_and_join(pool)
        count += 1
    t.see("count", count)
    t.see("early-join-returned", early)
    t.see("other-did-not-return", other)
    t.see("usable", usable)


def submit_one(pool):
    return pool.apply_async(square, (1,))


def begin_slowly(gate):
    note(os.getpid())
    hear(gate, LONG)


def starting(t):
    """Pools that are terminated, and closed, while their workers have not come to their tasks."""
    pool = t.ctx.Pool(2, begin_slowly, ("never",))
    waiting = pool.apply_async(square, (2,))
    until(lambda: len(notes()) == 2)
    pids = [int(line) for line in notes()]
    t.call("terminate", terminate_and_join, pool)
    t.see("gone", all_gone(pids))
    t.see("ready", waiting.ready() and waiting.successful())
    pool = t.ctx.Pool(2, begin_slowly, ("later",))
    result = pool.apply_async(square, (3,))
    until(lambda: len(notes()) == 4)
    pool.close()
    joiner = in_thread(pool.join)
    tell("later")
    joiner.join(HEAR_SECONDS)
    t.see("joined", not joiner.is_alive())
    t.see("result", soon(result.get))


def held():
    """How many descriptors and threads this process has."""
    collect()
    return [len(open_descriptors()), threading.active_count()]


def resources(t):
    """What a process has open, and its threads, before and after pools that ended in three ways."""
    finish(t.ctx.Pool(1))
    before = held()
    until(lambda: held() != before, BRIEF)
    before = held()
    for name, end in (("closed", finish), ("terminated", terminate_and_join)):
        for _ in range(3):
            pool = t.ctx.Pool(1, maxtasksperchild=4)
            pool.map(square, range(4), 1)
            list(pool.imap(square, range(4)))
            soon(pool.apply, divide, (0,))
            end(pool)
            del pool
        until(lambda: held() == before)
        t.see(name, [now - then for now, then in zip(held(), before)])


# -- the with statement


def with_block(t):
    """What the with statement gives, and what the end of its block does, in three ways to leave."""
    pool = t.ctx.Pool(1)
    with pool as entered:
        t.see("same", entered is pool)
        workers = [pool.apply(pid_of)]
        pool.apply_async(begin_and_stay, ("begun",))
        hear("begun")
        pool.apply_async(note, ("queued",))
    t.see("workers-end", all_gone(workers, HEAR_SECONDS))
    t.call("submit", pool.apply_async, square, (2,))
    t.call("join", pool.join)
    t.see("noted", notes())
    for way, leave in (("raise", leave_by_raising), ("return", leave_by_returning)):
        pool = t.ctx.Pool(2)
        workers = workers_of(pool, 2)
        # A worker with nothing to do ends after close(), too.
        pool.apply_async(begin_and_stay, (way,))
        hear(way)
        t.call(way, leave, pool)
        t.see(way + ".workers-end", all_gone(workers, HEAR_SECONDS))
        terminate_and_join(pool)


def leave_by_raising(pool):
    with pool:
        raise LookupError("raised in the block")


def leave_by_returning(pool):
    with pool:
        return pool.apply(square, (3,))


def with_forms(t):
    """with statements about a pool twice, about two pools, and about pools that are not running."""
    outer, inner = t.ctx.Pool(1), t.ctx.Pool(1)
    with outer:
        with inner:
            t.see("both", [outer.apply(square, (2,)), inner.apply(square, (3,))])
        t.see("outer", soon(outer.apply, square, (4,)))
        t.see("inner", named(soon(inner.apply, square, (5,))))
    closed = t.ctx.Pool(1)
    closed.close()
    t.see("closed", named(soon(enter, closed)))
    t.see("left", named(soon(enter, outer)))
    for pool in (outer, inner, closed):
        terminate_and_join(pool)


def enter(pool):
    with pool:
        return "entered"


def with_calls(t):
    """Which method of a subclass the end of a with block calls, and how often."""
    calls = []

    class Watched(pool_module(t).Pool):
        def terminate(self):
            calls.append("terminate")
            super().terminate()

        def close(self):
            calls.append("close")
            super().close()

    with Watched(1) as pool:
        pool.apply(square, (2,))
        t.see("before", list(calls))
    t.see("after", list(calls))
    terminate_and_join(pool)


# -- apart and dropped


def apart(t):
    """Two pools at once: one is closed, one is terminated, a third goes on."""
    pools = [t.ctx.Pool(1) for _ in range(3)]
    workers = [pool.apply(pid_of) for pool in pools]
    t.see("different", len(set(workers)))
    results = [pool.apply_async(say_and_wait, ("at-%d" % n,)) for n, pool in enumerate(pools)]
    for number in range(3):
        hear("at-%d" % number)
    pools[0].terminate()
    pools[0].join()
    pools[1].close()
    t.see("others-live", [process_gone(pid) for pid in workers[1:]])
    tell("release")
    t.see("results", [soon(result.get) for result in results[1:]])
    pools[1].join()
    t.see("third", [soon(pools[2].apply, square, (4,)), soon(pools[2].apply, pid_of) == workers[2]])
    finish(pools[2])


def dropped(t):
    """Pools without a reference: one that was hardly used, and one that was used in many ways."""
    pool = t.ctx.Pool(2)
    idle = workers_of(pool, 2)
    del pool
    t.see("hardly-used", until(lambda: collected_and_gone(idle), PATIENCE))
    pool = t.ctx.Pool(1)
    used = [pool.apply(pid_of)]
    pool.map(square, range(8))
    list(pool.imap(square, range(8)))
    del pool
    t.see("used", until(lambda: collected_and_gone(used), PATIENCE))
    # Where nobody ends them, their end is that of the process, and told on stderr.
    t.stderr()


def collected_and_gone(pids):
    collect()
    return all(process_gone(pid) for pid in pids)


def unkept(t):
    """Results and iterators of pools that nobody keeps: they come, or there is an error."""
    iterator = t.ctx.Pool(1).imap(square, range(4))
    t.see("imap", settled(in_time(list, iterator)))
    result = t.ctx.Pool(1).apply_async(square, (5,))
    collect()
    t.see("apply", settled(in_time(result.get)))
    mapped = t.ctx.Pool(2).map_async(square, range(4), 1)
    collect()
    t.see("map", settled(in_time(mapped.get)))
    t.stderr()


def outstanding(t):
    """Results of tasks that were under way, or waiting, when their pool was terminated."""
    pool = t.ctx.Pool(1)
    results = {
        "running": pool.apply_async(begin_and_stay, ("begun",)),
        "queued": pool.apply_async(square, (2,)),
        "mapped": pool.map_async(square, range(8), 2),
    }
    hear("begun")
    found = {}

    def wait(name):
        found[name] = in_time(results[name].get)

    early = in_thread(wait, "running")
    t.see("terminate", named(in_time(pool.terminate)))
    early.join(2 * PATIENCE)
    t.see("waited", settled(found.get("running", "hung")))
    t.see("queued", settled(in_time(results["queued"].get)))
    t.see("mapped", settled(in_time(results["mapped"].get)))
    put_down(pool)


# -- at the end of the program

AT_THE_END = """
import IMPLEMENTATION as mp
import os, sys, time


def square(number):
    return number * number


def main():
    global pool, result
    context = mp.get_context(START_METHOD)
    pool = context.Pool(2)
    %s
    print(pool.apply(square, (7,)), flush=True)
    %s


if __name__ == "__main__":
    main()
    print("end", flush=True)
"""


def left_to_the_end(t):
    """Programs that end with a pool that is idle, has tasks, was closed only, or fail with it."""
    for name, first, then in (
        ("idle", "", ""),
        ("tasks", "", "result = pool.map_async(time.sleep, [60] * 4, 1)"),
        ("iterator", "result = pool.imap(square, range(1000))", ""),
        ("closed", "", "pool.close()"),
        ("raises", "", "raise LookupError('the last')"),
        ("exits", "", "sys.exit(3)"),
    ):
        told = t.program(AT_THE_END % (first, then))
        t.see(name + ".out", told["out"].split())
        t.see(name + ".code", told["code"])
        t.see(name + ".quiet", "LookupError" in told["err"] or not told["err"].strip())
