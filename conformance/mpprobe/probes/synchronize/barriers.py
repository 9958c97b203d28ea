"""Barrier: met, broken, mended; between threads, and between processes."""

import threading
import time

from mpprobe.probes._common import times_told
from mpprobe.probes.synchronize._puppets import Puppet
from mpprobe.probes.synchronize._threads import Crowd
from mpprobe.toolkit import HEAR_SECONDS, tell, until


def meetings(t):
    """A Barrier of three threads that meet twice; its attributes on the way."""
    calls = []
    barrier = t.mp.Barrier(3, lambda: calls.append(len(crowd.ended)))
    t.see("attributes", [barrier.parties, barrier.n_waiting, barrier.broken])
    crowd = Crowd(2, barrier.wait)
    until(lambda: barrier.n_waiting == 2)
    t.see("two-wait", [barrier.parties, barrier.n_waiting, barrier.broken])
    t.see("two-wait.ended", crowd.settle(0))
    t.see("two-wait.actions", len(calls))
    third = barrier.wait(HEAR_SECONDS)
    t.see("numbers", sorted(crowd.join() + [third]))
    t.see("actions", calls)
    t.see("after", [barrier.parties, barrier.n_waiting, barrier.broken])
    crowd = Crowd(3, barrier.wait, HEAR_SECONDS)
    t.see("numbers-again", sorted(crowd.join()))
    t.see("actions-again", len(calls))
    t.see("after-again", [barrier.n_waiting, barrier.broken])
    alone = t.mp.Barrier(1)
    t.see("alone", [alone.wait(), alone.wait(0), alone.wait(timeout=5)])
    t.call("keywords", t.mp.Barrier, timeout=3, parties=2, action=None)
    t.call("no-parties", t.mp.Barrier)


def breaking(t):
    """All ways to break a Barrier, and how it is mended."""
    barrier = t.mp.Barrier(2)
    t.call("timed", barrier.wait, 0.2)
    t.see("timed.then", [barrier.broken, barrier.n_waiting])
    t.call("broken-wait", barrier.wait)
    t.call("broken-wait-timed", barrier.wait, 5)
    t.call("reset", barrier.reset)
    t.see("reset.then", [barrier.broken, barrier.n_waiting])
    crowd = Crowd(1, barrier.wait, HEAR_SECONDS)
    t.see("mended", sorted([barrier.wait(HEAR_SECONDS)] + crowd.join()))

    by_default = t.mp.Barrier(2, None, 0.2)
    t.call("default-timeout", by_default.wait)
    t.see("default-timeout.broken", by_default.broken)
    by_default = t.mp.Barrier(2, timeout=0.1)
    late = Crowd(1, meet_late, by_default)
    t.call("default-is-overridden", by_default.wait, HEAR_SECONDS)
    late.join()
    short = t.mp.Barrier(2, timeout=30)
    t.call("default-is-shortened", short.wait, timeout=0.1)

    barrier = t.mp.Barrier(3)
    crowd = Crowd(2, barrier.wait, HEAR_SECONDS)
    until(lambda: barrier.n_waiting == 2)
    t.call("reset-waiters", barrier.reset)
    t.see("reset-waiters.raised", crowd.join())
    t.see("reset-waiters.then", [barrier.broken, barrier.n_waiting])
    crowd = Crowd(2, barrier.wait, HEAR_SECONDS)
    until(lambda: barrier.n_waiting == 2)
    t.call("abort", barrier.abort)
    t.see("abort.raised", crowd.join())
    t.see("abort.broken", barrier.broken)
    t.call("aborted-wait", barrier.wait)
    crowd = Crowd(3, barrier.wait, HEAR_SECONDS)
    t.see("aborted-for-all", crowd.join())
    barrier.reset()
    crowd = Crowd(3, barrier.wait, HEAR_SECONDS)
    t.see("aborted-and-mended", sorted(map(str, crowd.join())))
    idle = t.mp.Barrier(2)
    idle.abort()
    t.see("idle-abort", idle.broken)


def meet_late(barrier):
    until(lambda: barrier.broken, 0.3)
    return barrier.wait(HEAR_SECONDS)


def fail():
    raise ZeroDivisionError("raised by the action")


def actions(t):
    """A Barrier's action that fails, and one that is given by keyword."""
    barrier = t.mp.Barrier(2, action=fail)
    crowd = Crowd(2, barrier.wait, HEAR_SECONDS)
    raised = crowd.join()
    t.see("raised", sorted(type(error).__name__ for error in raised))
    t.see("broken", barrier.broken)
    t.call("afterwards", barrier.wait, 5)
    waiting = []
    barrier = t.mp.Barrier(2, action=lambda: waiting.append(threading.current_thread()))
    threads = []

    def meet():
        threads.append(threading.current_thread())
        return barrier.wait(HEAR_SECONDS)

    Crowd(2, meet).join()
    t.see("by-one-of-them", [thread in threads for thread in waiting])


def act():
    tell("acted-%d" % int(time.monotonic() * 1e6))


def across(t):
    """A Barrier of two children and their creator: met, broken, mended."""
    barrier = t.ctx.Barrier(3, act, HEAR_SECONDS)
    child, other = [Puppet(t.ctx, name, barrier=barrier) for name in ("child", "other")]
    t.see("attributes", [child.do("barrier.parties"), child.do("barrier.n_waiting")])
    for meeting in ("first", "second", "third"):
        child.begin("barrier.wait")
        until(lambda: barrier.n_waiting == 1)
        other.begin("barrier.wait")
        until(lambda: barrier.n_waiting == 2)
        t.see(meeting + ".waiting", [barrier.n_waiting, child.done(), other.done()])
        t.see(meeting + ".acted-before", times_told("acted-"))
        mine = barrier.wait()
        t.see(meeting + ".numbers", sorted([mine, child.end(), other.end()]))
        t.see(meeting + ".acted", times_told("acted-"))
        t.see(meeting + ".after", [barrier.n_waiting, barrier.broken])

    child.begin("barrier.wait")
    other.begin("barrier.wait")
    until(lambda: barrier.n_waiting == 2)
    barrier.abort()
    t.call("abort.child", child.end)
    t.call("abort.other", other.end)
    t.see("abort.broken", [barrier.broken, child.do("barrier.broken")])
    t.call("abort.wait", other.do, "barrier.wait")
    child.do("barrier.reset")
    t.see("reset.broken", [barrier.broken, other.do("barrier.broken")])
    child.begin("barrier.wait")
    until(lambda: barrier.n_waiting == 1)
    other.do("barrier.reset")
    t.call("reset.child", child.end)
    t.see("reset-waiting.broken", [barrier.broken, other.do("barrier.broken")])
    other.begin("barrier.wait", 30)
    until(lambda: barrier.n_waiting == 1)
    t.call("timed.child", child.do, "barrier.wait", 0.2)
    t.see("timed.own-seconds", child.seconds)
    t.call("timed.other", other.end)
    t.see("timed.broken", [barrier.broken, other.do("barrier.broken")])
    t.see("exitcodes", [child.leave(), other.leave()])
