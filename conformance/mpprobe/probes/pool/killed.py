"""Workers that die: idle, starting, receiving, in a task, replying, one or all of them.

The documentation does not say what a pool does then. Users expect that what was lost is said, that
nothing else is, and that nobody waits for ever.
"""

import os
import signal
import time

from mpprobe.probes.pool._common import (
    LONG,
    PATIENCE,
    error_or_hung,
    in_time,
    kill,
    named,
    new_key,
    note,
    notes,
    pid_of,
    put_down,
    say_and_wait,
    settled,
    soon,
    square,
    taken,
    within,
)
from mpprobe.toolkit import (
    hear,
    process_gone,
    process_state,
    tell,
    told,
    until,
)


def met(pool, count):
    """The numbers of `count` workers that are at work at the same time; none when they don't."""
    key = new_key()
    results = [pool.apply_async(meet_in_time, (key, number, count)) for number in range(count)]
    found = set()
    for result in results:
        found.add(within(PATIENCE, result.get))
        if found & {"hung", None}:
            return set()
    return found


def meet_in_time(key, number, count):
    """The number of this process once all are there; None when they don't come."""
    names = ["%s.%s" % (key, one) for one in range(count)]
    tell(names[number])
    return os.getpid() if until(lambda: all(map(told, names)), PATIENCE) else None


def gone(pid):
    """Wait until a process is gone, or a zombie."""
    until(lambda: process_gone(pid))


def says(error, pid, code):
    """Does an error name a process and how it ended?"""
    text = str(error)
    return [str(pid) in text, str(code) in text.replace(str(pid), "")]


def goes_on(t, pool, count, name="then"):
    """Report whether the pool does what it is told, with as many workers as it had."""
    # Where each call takes a worker of its own, six of them have to start.
    t.see(name, soon(pool.map, square, range(6), 1))
    t.see(name + ".workers", len(met(pool, count)))
    t.see("put-down", named(put_down(pool)))
    t.stderr()


def idle(t):
    """Of two idle workers one is killed, the older and the younger in turn, again and again."""
    pool = t.ctx.Pool(2)
    found = []
    # Where only one of idle workers does harm by its death, each round meets it by half a chance.
    for number in range(12):
        workers = sorted(met(pool, 2))
        if not workers:
            found.append(False)
            break
        kill(workers[number % 2])
        gone(workers[number % 2])
        found.append(in_time(pool.apply, square, (number,)) == number * number)
    t.see("after", found)
    goes_on(t, pool, 2)


def all_idle(t):
    """All three workers are killed while they have nothing to do."""
    pool = t.ctx.Pool(3)
    workers = sorted(met(pool, 3))
    for pid in workers:
        kill(pid)
    for pid in workers:
        gone(pid)
    goes_on(t, pool, 3)


def in_task(t):
    """A worker is killed in a task; another one goes on with its own, and others wait."""
    pool = t.ctx.Pool(2)
    lost = pool.apply_async(say_and_wait, ("lost",))
    pid = hear("lost")
    kept = pool.apply_async(say_and_wait, ("kept",))
    hear("kept")
    queued = [pool.apply_async(square, (number,)) for number in range(4)]
    kill(pid)
    gone(pid)
    error = in_time(lost.get)
    t.see("get", error_or_hung(error))
    t.see("says", says(error, pid, -signal.SIGKILL))
    t.see("successful", named(in_time(lost.successful)))
    tell("release")
    t.see("kept", in_time(kept.get))
    t.see("queued", [in_time(result.get) for result in queued])
    goes_on(t, pool, 2)


def in_all_tasks(t):
    """All three workers are killed in their tasks, by three signals."""
    pool = t.ctx.Pool(3)
    results = [pool.apply_async(say_and_wait, ("at-%d" % number,)) for number in range(3)]
    pids = [hear("at-%d" % number) for number in range(3)]
    for pid, number in zip(pids, (signal.SIGKILL, signal.SIGTERM, signal.SIGABRT)):
        kill(pid, number)
    t.see("get", [error_or_hung(in_time(result.get)) for result in results])
    goes_on(t, pool, 3)


def in_map(t):
    """A worker is killed in one of the chunks of a map, and in an element of an iterator."""
    pool = t.ctx.Pool(2)
    mapped = pool.map_async(square_or_die, [1, 2, None, 3], 1)
    t.see("map", error_or_hung(in_time(mapped.get)))
    for name, call in (("imap", pool.imap), ("unordered", pool.imap_unordered)):
        found = taken(call(square_or_die, [1, None, 2, 3]), 5, in_time)
        t.see(name + ".values", [one for one in found if isinstance(one, int)])
        t.see(name + ".ends", named(found[-1]))
        t.see(name + ".errors", len([one for one in found if isinstance(one, BaseException)]))
    goes_on(t, pool, 2)


def square_or_die(number):
    if number is None:
        os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(LONG)
    return square(number)


def callbacks(t):
    """What the callbacks of a task whose worker is killed are given."""
    pool = t.ctx.Pool(1)
    done, failed = [], []
    pool.apply_async(square_or_die, (None,), {}, done.append, failed.append)
    until(lambda: failed, PATIENCE)
    t.see("failed", failed)
    t.see("called", done)
    goes_on(t, pool, 1)


def receiving(t):
    """A worker that is stopped while idle is killed with a large argument on its way."""
    pool = t.ctx.Pool(1)
    worker = pool.apply(pid_of)
    kill(worker, signal.SIGSTOP)
    until(lambda: process_state(worker) == "T")
    sent = in_time(pool.apply_async, len, (b"x" * (16 << 20),))
    kill(worker)
    gone(worker)
    # It had not begun: whether it is done by another worker or fails is left to the pool.
    t.see("sent", named(sent) if sent == "hung" else settled(in_time(sent.get)))
    goes_on(t, pool, 1)


class KillsWhenPickled:
    def __reduce__(self):
        os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(LONG)


class KillsWhenLoaded:
    def __reduce__(self):
        return die_elsewhere, (os.getpid(),)


def die_elsewhere(pid):
    if os.getpid() != pid:
        os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(LONG)


def give_deadly():
    return KillsWhenPickled()


class TellsWhenPickled:
    def __reduce__(self):
        tell("replying", os.getpid())
        return bytes, (b"y" * (48 << 20),)


def give_large():
    return TellsWhenPickled()


def replying(t):
    """A worker dies while it pickles its result; another one while it sends a large one."""
    pool = t.ctx.Pool(1)
    t.see("pickling", error_or_hung(in_time(pool.apply_async(give_deadly).get)))
    result = pool.apply_async(give_large)
    pid = hear("replying")
    kill(pid)
    gone(pid)
    t.see("sending", settled(in_time(result.get)))
    goes_on(t, pool, 1)


def loading(t):
    """A worker dies while it unpickles its task."""
    pool = t.ctx.Pool(1)
    result = pool.apply_async(named, (KillsWhenLoaded(),))
    t.see("get", error_or_hung(in_time(result.get)))
    goes_on(t, pool, 1)


def starting(t):
    """A worker is killed in its initializer, once; a task waits meanwhile."""
    pool = t.ctx.Pool(1, start_slowly)
    result = pool.apply_async(square, (5,))
    until(notes)
    pid = int(notes()[0])
    kill(pid)
    gone(pid)
    tell("go")
    t.see("get", in_time(result.get))
    goes_on(t, pool, 1)


def start_slowly():
    note(os.getpid())
    hear("go", LONG)


EXITS = {
    "os-exit-0": lambda: os._exit(0),
    "os-exit-1": lambda: os._exit(1),
    "os-exit-200": lambda: os._exit(200),
    "abort": os.abort,
    "terminate": lambda: os.kill(os.getpid(), signal.SIGTERM),
    "real-time": lambda: os.kill(os.getpid(), signal.SIGRTMIN),
}


def leave(name):
    EXITS[name]()
    time.sleep(LONG)


def exits(t):
    """Tasks that end their worker, each in its own way."""
    names = sorted(EXITS)
    pool = t.ctx.Pool(2)
    results = [pool.apply_async(leave, (name,)) for name in names]
    found = [error_or_hung(in_time(results[0].get))]
    if found != ["hung"]:
        found += [error_or_hung(in_time(result.get)) for result in results[1:]]
    t.see("errors", found)
    goes_on(t, pool, 2)


def closed(t):
    """A worker is killed in its task after close(); join() waits for the rest."""
    pool = t.ctx.Pool(2)
    lost = pool.apply_async(say_and_wait, ("lost",))
    pid = hear("lost")
    queued = [pool.apply_async(square, (number,)) for number in range(6)]
    pool.close()
    kill(pid)
    t.see("join", named(in_time(pool.join)))
    t.see("lost", error_or_hung(in_time(lost.get)))
    t.see("queued", [in_time(result.get) for result in queued])
    t.see("put-down", named(put_down(pool)))
    t.stderr()


def limited(t):
    """Workers with a limit of one task each, of which every third kills itself."""
    pool = t.ctx.Pool(2, maxtasksperchild=1)
    results = [pool.apply_async(square_or_die, (None if n % 3 == 2 else n,)) for n in range(9)]
    first = in_time(results[2].get)
    found = [first if first == "hung" else settled(in_time(one.get)) for one in results]
    t.see("outcomes", found)
    goes_on(t, pool, 2)


def waited_for(t):
    """wait() without a timeout, ready() and a map for a task whose worker is killed."""
    pool = t.ctx.Pool(1)
    result = pool.apply_async(square_or_die, (None,))
    t.see("wait", in_time(result.wait))
    t.see("ready", result.ready())
    t.see("apply", error_or_hung(in_time(pool.apply, square_or_die, (None,))))
    goes_on(t, pool, 1)
