"""Lock: waited for, taken, released; within one process, and between two."""

import time

from mpprobe.probes.synchronize._locks import class_of, free_and_of_class, try_it, waits
from mpprobe.probes.synchronize._puppets import Puppet
from mpprobe.probes.synchronize._threads import elsewhere


def waiting(t):
    """A Lock that another thread holds."""
    waits(t, t.mp.Lock())


def calls(t):
    """A free Lock: all ways to acquire it, with statements, and its class."""
    free_and_of_class(t, "Lock", other=t.mp.RLock())
    t.see("of-contexts", [
        isinstance(t.mp.get_context(method).Lock(), class_of(t, "Lock"))
        for method in t.mp.get_all_start_methods()
    ])  # fmt: skip
    t.call("arguments", t.mp.Lock, 1)


def releasing(t):
    """Who may release a Lock, and how often; that locks are separate."""
    lock, other = t.mp.Lock(), t.mp.Lock()
    t.call("unlocked", lock.release)
    t.see("unlocked.then", [lock.acquire(False), lock.acquire(False)])
    t.call("same-thread-again", lock.acquire, True, 0.1)
    t.see("other-lock", try_it(other))
    t.call("release", lock.release)
    t.see("released", try_it(lock))
    lock.acquire()
    t.call("by-another-thread", elsewhere, lock.release)
    t.see("by-another-thread.then", try_it(lock))
    t.call("by-another-thread-too-often", elsewhere, lock.release)
    t.call("again-too-often", lock.release)
    t.see("in-the-end", [lock.acquire(False), lock.acquire(False)])
    many = [t.mp.Lock() for _ in range(500)]
    many[0].acquire()
    t.see("many", [lock for lock in many if not try_it(lock)] == many[:1])


def use_in_with(toys, name):
    """Try to acquire in a with statement's block, and after one that raised."""
    toy = toys[name]
    with toy:
        inside = toy.acquire(False)
    raised = False
    try:
        with toy:
            raise ZeroDivisionError
    except ZeroDivisionError:
        raised = True
    after = toy.acquire(False)
    toy.release()
    return [inside, raised, after]


def across(t):
    """A Lock taken and released by turns, by its creator and by a child."""
    lock = t.ctx.Lock()
    child = Puppet(t.ctx, "child", lock=lock, use_in_with=use_in_with)
    t.call("first", lock.acquire)
    t.call("child.refused", child.do, "lock.acquire", False)
    t.call("child.timed", child.do, "lock.acquire", True, 0.1)
    t.see("child.timed.own-seconds", child.seconds)
    t.call("child.negative", child.do, "lock.acquire", True, -1)
    t.call("child.keywords", child.do, "lock.acquire", timeout=0.1, block=True)
    child.begin("lock.acquire")
    t.see("child.blocks", child.stays_blocked())
    released = time.monotonic()
    lock.release()
    t.call("child.waited", child.end)
    t.see("child.waited-for-release", child.ended >= released)
    t.call("parent.refused", lock.acquire, False)
    t.call("parent.timed", lock.acquire, True, 0.1)
    t.call("parent.releases-the-childs", lock.release)
    t.call("child.takes-again", child.do, "lock.acquire", False)
    t.call("child.releases", child.do, "lock.release")
    t.call("child.releases-too-often", child.do, "lock.release")
    t.call("parent.releases-too-often", lock.release)
    t.call("parent.takes", lock.acquire, False)
    t.call("child.releases-the-parents", child.do, "lock.release")
    t.call("child.with", child.do, "use_in_with", "lock")
    t.call("child.keeps", child.do, "lock.acquire")
    t.see("child.exitcode", child.leave())
    t.call("left-held", lock.acquire, False)
    t.call("released-for-the-dead", lock.release)
    t.call("then", lock.acquire, False)
