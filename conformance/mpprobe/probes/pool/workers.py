"""The workers of a pool: how many, how long they live, and what each of them has begun with."""

import os
import threading

from mpprobe.probes.pool._common import (
    CHANCE,
    divide,
    finish,
    meet,
    named,
    note,
    notes,
    pid_of,
    record,
    say_and_wait,
    soon,
    square,
    terminate_and_join,
    workers_of,
)
from mpprobe.toolkit import (
    HEAR_SECONDS,
    hear,
    process_gone,
    tell,
    told,
    under_test,
    until,
)

STATE = []


def remember(*args):
    """An initializer that counts its calls, in this process and in all."""
    STATE.append(list(args))
    note("initialized %d" % os.getpid())
    return "ignored"


def state(_=None):
    return [os.getpid(), list(STATE)]


# -- how many


def size(t):
    """How many tasks are carried out at once, where each waits, and there are more of them."""
    for count in (1, 2, 5):
        pool = t.ctx.Pool(count)
        go = "go-%d" % count
        names = ["at-%d-%d" % (count, number) for number in range(count + 2)]
        results = [pool.apply_async(say_and_wait, (name, go)) for name in names]
        until(lambda: sum(map(told, names)) >= count)  # noqa: B023
        # A worker too many would be as quick as the others to say that it has begun.
        until(lambda: sum(map(told, names)) > count, CHANCE)  # noqa: B023
        t.see("at-once.%d" % count, sum(map(told, names)))
        t.see("pids.%d" % count, len({hear(name) for name in names if told(name)}))
        tell(go)
        t.see("all.%d" % count, [soon(result.get) for result in results] == names)
        finish(pool)


def lasting(t):
    """The workers of a pool without a limit, before and after much work, failures and idleness."""
    pool = t.ctx.Pool(3)
    before = workers_of(pool, 3)
    pool.map(square, range(200), 1)
    for number in (0, 1, 0):
        soon(pool.apply, divide, (number,))
    list(pool.imap_unordered(square, range(50)))
    soon(pool.map, divide, [0, 1])
    after = workers_of(pool, 3)
    t.see("same", sorted(before) == sorted(after))
    t.see("count", len(set(before)))
    t.see("here", os.getpid() in before)
    finish(pool)
    t.see("gone", [process_gone(pid) for pid in before])


# -- replaced


def replaced(t):
    """The processes that carry out tasks one by one, where each may do one, two or three."""
    for limit in (1, 2, 3):
        pool = t.ctx.Pool(1, remember, ("again",), limit)
        pids = [pool.apply(pid_of) for _ in range(3 * limit)]
        lives = [pids.count(pid) for pid in sorted(set(pids), key=pids.index)]
        t.see("lives.%d" % limit, lives)
        ended = [pid for pid in set(pids) if pid != pids[-1]]
        t.see("ended.%d" % limit, until(lambda: all(map(process_gone, ended))))  # noqa: B023
        t.see("initialized.%d" % limit, soon(pool.apply, state)[1])
        finish(pool)
    each = [int(line.split()[1]) for line in notes()]
    t.see("once-each", len(each) == len(set(each)))


def replaced_in_turn(t):
    """Three workers with a limit of two: how many there are after each has been replaced."""
    pool = t.ctx.Pool(3, maxtasksperchild=2)
    first = workers_of(pool, 3)
    second = workers_of(pool, 3)
    third = workers_of(pool, 3)
    t.see("counts", [len(set(pids)) for pids in (first, second, third)])
    t.see("stay", sorted(first) == sorted(second))
    t.see("fresh", sorted(set(first) & set(third)))
    t.see("children", until_is(lambda: len(t.mp.active_children()), 3))
    pids = soon(pool.map, pid_of, range(18), 1)
    counts = [pids.count(pid) for pid in set(pids)]
    t.see("most", max(counts))
    t.see("all", len(pids))
    finish(pool)
    t.see("children-left", len(t.mp.active_children()))


def until_is(value, wanted):
    until(lambda: value() == wanted)
    return value()


def limited(t):
    """What counts as a task: chunks, elements, calls that fail; each on a worker with a limit."""
    pool = t.ctx.Pool(1, None, (), 2)
    t.see("chunks", runs(soon(pool.map, pid_of, range(12), 3)))
    finish(pool)
    pool = t.ctx.Pool(1, maxtasksperchild=2)
    t.see("elements", runs(soon(list, pool.imap(pid_of, range(6)))))
    finish(pool)
    pool = t.ctx.Pool(1, maxtasksperchild=2)
    first = pool.apply(pid_of)
    t.see("failed", named(soon(pool.apply, divide, (0,))))
    t.see("after-failure", pool.apply(pid_of) != first)
    finish(pool)
    pool = t.ctx.Pool(2, maxtasksperchild=3)
    idle = workers_of(pool, 2)
    again = workers_of(pool, 2)
    t.see("idle-stay", sorted(idle) == sorted(again))
    finish(pool)


def runs(pids):
    """How often each process occurs, in the order in which they came."""
    return [pids.count(pid) for pid in sorted(set(pids), key=pids.index)]


def churning(t):
    """Many tasks on three workers of which each does one: all results, in order, and callbacks."""
    pool = t.ctx.Pool(3, maxtasksperchild=1)
    t.see("mapped", soon(pool.map, square, range(12), 1) == [n * n for n in range(12)])
    found = []
    results = [pool.apply_async(pid_of, callback=found.append) for _ in range(6)]
    pids = [soon(result.get) for result in results]
    t.see("different", len(set(pids)))
    finish(pool)
    t.see("callbacks", sorted(found) == sorted(pids))


# -- initialized


def initialized(t):
    """What each of three workers has begun with, by four ways to say so."""
    for name, arguments, keywords in (
        ("position", (3, remember, (1, "two")), {}),
        ("keyword", (), {"processes": 3, "initializer": remember, "initargs": (1, "two")}),
        ("without", (3, remember), {}),
        ("none", (3, None, (1, 2)), {}),
    ):
        pool = t.ctx.Pool(*arguments, **keywords)
        results = [pool.apply_async(meet_with_state, (name, number, 3)) for number in range(3)]
        found = [soon(result.get) for result in results]
        t.see(name, [known for _, known in found])
        t.see(name + ".pids", len({pid for pid, _ in found}))
        finish(pool)


def meet_with_state(key, number, count):
    meet(key, number, count)
    return state()


def slow_start(gate):
    note("starting")
    hear(gate, HEAR_SECONDS)
    STATE.append("started")


def first_things(t):
    """Tasks that are given to a pool whose initializer has not come to its end."""
    pool = t.ctx.Pool(1, slow_start, ("go",))
    result = pool.apply_async(state)
    until(notes)
    result.wait(CHANCE)
    t.see("too-early", result.ready())
    tell("go")
    t.see("state", soon(result.get)[1])
    t.see("here", list(STATE))
    finish(pool)


SHARED = {}


def share(**kwargs):
    SHARED.update(kwargs)


def share_all(lock, queue, number, array, sending):
    share(lock=lock, queue=queue, number=number, array=array, sending=sending)


def use_shared(index):
    for _ in range(20):
        with SHARED["lock"]:
            SHARED["number"].value += 1
    SHARED["array"][index] = index + 1
    SHARED["queue"].put(index)
    with SHARED["lock"]:
        SHARED["sending"].send(index)
    return SHARED["number"].value <= 60


def shared(t):
    """Locks, queues, shared memory and connections that an initializer hands on to the workers."""
    lock, queue = t.ctx.Lock(), t.ctx.Queue()
    number, array = t.ctx.Value("i", 0, lock=False), t.ctx.Array("i", 3)
    receiving, sending = t.ctx.Pipe(False)
    pool = t.ctx.Pool(3, share_all, (lock, queue, number, array, sending))
    t.see("worked", soon(pool.map, use_shared, range(3), 1))
    t.see("queue", sorted(soon(queue.get) for _ in range(3)))
    t.see("connection", sorted(soon(receiving.recv) for _ in range(3)))
    t.see("number", number.value)
    t.see("array", list(array))
    finish(pool)
    sending.close()
    receiving.close()


# -- who they are


def identity(t):
    """What a worker finds out about itself."""
    pool = t.ctx.Pool(2)
    found = soon(pool.apply, introduce)
    t.see("name", found[0])
    t.see("daemon", found[1])
    t.see("parent", found[2] in (None, os.getpid()))
    t.see("thread", found[3])
    t.see("child", named(soon(pool.apply, start_a_child)))
    names = soon(pool.map, name_of, range(20), 1)
    t.see("names", sorted(set(names) - {child.name for child in t.mp.active_children()}))
    terminate_and_join(pool)


def introduce():
    mp = under_test()
    me = mp.current_process()
    parent = mp.parent_process().pid if hasattr(mp, "parent_process") else None
    main = threading.current_thread() is threading.main_thread()
    return [me.name, me.daemon, parent, main]


def name_of(_):
    return under_test().current_process().name


def start_a_child():
    child = under_test().Process(target=record)
    child.start()
    child.join()
    return child.exitcode
