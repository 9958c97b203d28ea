"""Signals and pools: Ctrl-C, SIGCHLD blocked or ignored, workers that are stopped or deaf."""

import os
import signal

from mpprobe.probes.pool._common import (
    all_gone,
    end_by_force,
    finish,
    in_time,
    kill,
    named,
    put_down,
    say_and_wait,
    square,
    terminate_and_join,
    workers_of,
)
from mpprobe.toolkit import (
    HEAR_SECONDS,
    hear,
    process_gone,
    process_state,
    tell,
    until,
)

INTERRUPTED = """
import IMPLEMENTATION as mp
import os, signal, sys, tempfile, threading, time


def stay(number):
    open("at-%%d" %% number, "w").close()
    time.sleep(60)


def interrupt(count):
    global sent
    while sum(os.path.exists("at-%%d" %% number) for number in range(9)) < count:
        time.sleep(0.01)
    # The terminal sends it to all processes of the group.
    sent = time.monotonic()
    os.killpg(0, signal.SIGINT)


def main():
    # A group of its own, so that nobody else is interrupted.
    os.setpgid(0, 0)
    # What is left by a program that hangs and is killed is no finding of its own.
    tempfile.tempdir = os.getcwd()
    print(os.getpid(), flush=True)
    pool = mp.get_context(START_METHOD).Pool(2)
    pool.map(abs, range(20), 1)
    try:
        threading.Thread(target=interrupt, args=(%d,), daemon=True).start()
        %s
        print("not interrupted", flush=True)
    except KeyboardInterrupt:
        print("interrupted", flush=True)
        print(time.monotonic() - sent, flush=True)
    # Whoever has something to say of it has the time to.
    time.sleep(1)
    begun = time.monotonic()
    pool.terminate()
    pool.join()
    print("ended", flush=True)
    print(time.monotonic() - begun, flush=True)


if __name__ == "__main__":
    main()
"""


def interrupted(t, count, wait):
    """Ctrl-C while the main thread waits for a pool, with `count` tasks under way."""
    found = t.program(INTERRUPTED % (count, wait))
    words = found["out"].split()
    # A program that hung was ended alone. Of its children those that tidy up ignore SIGTERM, and
    # end when they have nothing left to do.
    group = int(words.pop(0))
    for pid in members_of(group):
        kill(pid, signal.SIGTERM)
    until(lambda: not members_of(group))
    for pid in members_of(group):
        kill(pid)
    t.see("out", words[::2])
    t.see("seconds", [round(float(word), 3) for word in words[1::2]])
    t.see("code", found["code"])
    t.see("said", found["err"].splitlines()[-3:])


def members_of(group):
    """The numbers of the processes of a group that have not ended."""
    numbers = [int(name) for name in os.listdir("/proc") if name.isdigit()]
    return [pid for pid in numbers if group_of(pid) == group and not process_gone(pid)]


def group_of(pid):
    try:
        return os.getpgid(pid)
    except OSError:
        return None


def interrupted_map(t):
    """Ctrl-C while the main thread waits in map()."""
    interrupted(t, 2, "pool.map(stay, range(2), 1)")


def interrupted_imap(t):
    """Ctrl-C while the main thread waits for the next element of imap()."""
    interrupted(t, 2, "list(pool.imap(stay, range(2)))")


def interrupted_get(t):
    """Ctrl-C while the main thread waits in get()."""
    interrupted(t, 2, "[r.get() for r in [pool.apply_async(stay, (n,)) for n in range(2)]]")


def interrupted_wait(t):
    """Ctrl-C while the main thread waits in wait()."""
    interrupted(t, 2, "[r.wait() for r in [pool.apply_async(stay, (n,)) for n in range(2)]]")


def interrupted_idle(t):
    """Ctrl-C while nobody has anything to do."""
    interrupted(t, 0, "time.sleep(60)")


def ignored_children(t):
    """A pool where SIGCHLD is ignored, so that nobody learns how children end."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    use(t)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    t.stderr()


def blocked_children(t):
    """A pool where SIGCHLD is blocked, as for sigwait()."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
    use(t)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
    t.stderr()


def use(t):
    pool = t.ctx.Pool(2, maxtasksperchild=3)
    t.see("map", in_time(pool.map, square, range(8), 1))
    pool.close()
    t.see("join", named(in_time(pool.join)))
    put_down(pool)
    pool = t.ctx.Pool(2)
    pool.apply_async(say_and_wait, ("busy", "never"))
    hear("busy")
    t.see("terminate", named(in_time(terminate_and_join, pool)))
    put_down(pool)


def stopped(t):
    """Workers that are stopped when their pool is terminated; one that is continued in a task."""
    pool = t.ctx.Pool(2)
    result = pool.apply_async(say_and_wait, ("begun",))
    pid = hear("begun")
    kill(pid, signal.SIGSTOP)
    until(lambda: process_state(pid) == "T")
    t.see("others", in_time(pool.map, square, range(4), 1))
    tell("release")
    kill(pid, signal.SIGCONT)
    t.see("continued", in_time(result.get))
    workers = workers_of(pool, 2)
    for worker in workers:
        kill(worker, signal.SIGSTOP)
    ended = named(in_time(terminate_and_join, pool))
    t.see("terminate", ended)
    t.see("gone", all_gone(workers))
    if ended == "hung":
        end_by_force(pool)
    put_down(pool)
    t.stderr()


def get_deaf():
    signal.signal(signal.SIGTERM, signal.SIG_IGN)


def deaf(t):
    """Workers that ignore SIGTERM when their pool is terminated: busy ones, and idle ones."""
    for name, busy in (("busy", True), ("idle", False)):
        pool = t.ctx.Pool(2, get_deaf)
        workers = workers_of(pool, 2)
        if busy:
            pool.apply_async(say_and_wait, ("begun", "never"))
            hear("begun")
        ended = named(in_time(terminate_and_join, pool))
        t.see(name + ".terminate", ended)
        t.see(name + ".gone", all_gone(workers))
        if ended == "hung":
            end_by_force(pool)
        put_down(pool)
    t.stderr()


def alarmed(t):
    """Signals with a handler that come while the main thread waits for a result."""
    seen = []
    signal.signal(signal.SIGUSR1, lambda number, frame: seen.append(number))
    pool = t.ctx.Pool(1)
    result = pool.apply_async(signal_parent, (os.getpid(),))
    t.see("get", result.get(HEAR_SECONDS))
    t.see("map", pool.map(square, range(5)))
    t.see("seen", len(seen) >= 1)
    finish(pool)
    signal.signal(signal.SIGUSR1, signal.SIG_DFL)


def signal_parent(pid):
    for _ in range(20):
        os.kill(pid, signal.SIGUSR1)
    return "sent"
