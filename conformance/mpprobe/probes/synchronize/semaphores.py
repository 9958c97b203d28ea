"""Semaphore: counted down and up, within one process and between two."""

import time

from mpprobe.probes.synchronize._locks import count_down, entering, free, waits
from mpprobe.probes.synchronize._puppets import Puppet
from mpprobe.probes.synchronize._threads import elsewhere


def waiting(t):
    """A Semaphore that another thread has exhausted."""
    waits(t, t.mp.Semaphore(1))


def calls(t):
    """Semaphores: initial values, releases beyond them, misuse."""
    free(t, t.mp.Semaphore())
    entering(t, t.mp.Semaphore())
    t.see("default", count_down(t.mp.Semaphore()))
    t.see("three", count_down(t.mp.Semaphore(3)))
    t.see("keyword", count_down(t.mp.Semaphore(value=4)))
    t.see("zero", count_down(t.mp.Semaphore(0)))
    t.call("negative-value", t.mp.Semaphore, -1)
    semaphore = t.mp.Semaphore(1)
    t.call("release", semaphore.release)
    semaphore.release()
    elsewhere(semaphore.release)
    t.see("raised-to", count_down(semaphore))


def release_several(t):
    """release(n), which threading's semaphores have."""
    semaphore = t.mp.Semaphore(0)
    t.call("by-position", semaphore.release, 2)
    t.call("by-keyword", semaphore.release, n=3)
    t.see("count", count_down(semaphore))


def counts(t):
    """get_value() of semaphores on their way down and up."""
    semaphore = t.mp.Semaphore(2)
    found = [semaphore.get_value()]
    for call in (semaphore.acquire, semaphore.acquire, semaphore.release, semaphore.release):
        call()
        found.append(semaphore.get_value())
    semaphore.release()
    t.see("values", found + [semaphore.get_value()])
    bounded = t.mp.BoundedSemaphore(1)
    found = [bounded.get_value()]
    bounded.acquire()
    t.see("bounded", found + [bounded.get_value()])


def across(t):
    """Semaphores counted down and up by their creator and by a child."""
    semaphore = t.ctx.Semaphore(2)
    signal = t.ctx.Semaphore(0)
    bounded = t.ctx.BoundedSemaphore(2)
    child = Puppet(t.ctx, "child", semaphore=semaphore, signal=signal, bounded=bounded)
    t.call("child.first", child.do, "semaphore.acquire")
    t.call("parent.second", semaphore.acquire)
    t.call("child.third", child.do, "semaphore.acquire", False)
    t.call("child.timed", child.do, "semaphore.acquire", True, 0.1)
    t.see("child.timed.own-seconds", child.seconds)
    t.call("parent.third", semaphore.acquire, False)
    child.begin("semaphore.acquire")
    t.see("child.blocks", child.stays_blocked())
    released = time.monotonic()
    semaphore.release()
    t.call("child.waited", child.end)
    t.see("child.waited-for-release", child.ended >= released)
    t.call("child.releases", child.do, "semaphore.release")
    for _ in range(3):
        child.do("semaphore.release")
    t.see("raised-to", count_down(semaphore))

    t.call("signal.none", signal.acquire, True, 0.1)
    child.do("signal.release")
    t.call("signal.one", signal.acquire, True, 10)
    t.call("signal.none-again", signal.acquire, False)

    bounded.acquire()
    t.call("bounded.child-releases", child.do, "bounded.release")
    t.call("bounded.child-releases-too-often", child.do, "bounded.release")
    t.call("bounded.parent-releases-too-often", bounded.release)
    child.do("bounded.acquire")
    t.see("bounded.left", count_down(bounded))
    t.see("child.exitcode", child.leave())


def counts_across(t):
    """get_value() of a semaphore, asked by both sides."""
    t.needs("Semaphore")
    semaphore = t.ctx.Semaphore(3)
    child = Puppet(t.ctx, "child", semaphore=semaphore)
    t.see("initial", [semaphore.get_value(), child.do("semaphore.get_value")])
    child.do("semaphore.acquire")
    t.see("acquired-by-child", [semaphore.get_value(), child.do("semaphore.get_value")])
    semaphore.acquire()
    semaphore.acquire()
    t.see("exhausted", [semaphore.get_value(), child.do("semaphore.get_value")])
    for _ in range(4):
        semaphore.release()
    t.see("beyond", [semaphore.get_value(), child.do("semaphore.get_value")])
    child.leave()
