"""RLock: waited for, taken, released; within one process, and between several."""

import time

from mpprobe.probes.synchronize._locks import free_and_of_class, try_it, waits
from mpprobe.probes.synchronize._puppets import WATCHED_SECONDS, Puppet
from mpprobe.probes.synchronize._threads import Holder, elsewhere
from mpprobe.toolkit import hear, tell, told, until


def waiting(t):
    """An RLock that another thread holds."""
    waits(t, t.mp.RLock())


def calls(t):
    """A free RLock: all ways to acquire it, with statements, and its class."""
    lock = free_and_of_class(t, "RLock", other=t.mp.Lock())
    with lock:
        with lock:
            t.see("nested", elsewhere(try_it, lock))
        t.see("nested-once", elsewhere(try_it, lock))
    t.see("nested-no-more", elsewhere(try_it, lock))


def levels(t):
    """How often an RLock is acquired and released, and what others see of it meanwhile."""
    lock = t.mp.RLock()
    calls = [lock.acquire(), lock.acquire(False), lock.acquire(True, 0), lock.acquire(True, -1)]
    t.see("acquired", calls)
    t.see("level-4", elsewhere(try_it, lock))
    t.call("other-refused", elsewhere, lock.acquire, False)
    t.call("other-timed", elsewhere, lock.acquire, True, 0.1)
    t.call("other-releases", elsewhere, lock.release)
    t.call("release", lock.release)
    t.see("level-3", elsewhere(try_it, lock))
    t.call("recursion-at-once", lock.acquire, True, 5)
    lock.release()
    lock.release()
    lock.release()
    t.see("level-1", elsewhere(try_it, lock))
    t.see("level-1.mine", lock.acquire(False))
    lock.release()
    t.call("last-release", lock.release)
    t.see("level-0", elsewhere(try_it, lock))
    t.call("unlocked", lock.release)
    t.call("unlocked-in-a-thread", elsewhere, lock.release)
    t.see("level-0-still", elsewhere(try_it, lock))
    holder = Holder(lock, times=2)
    t.call("not-mine", lock.release)
    t.see("not-mine.acquire", lock.acquire(False))
    t.call("not-mine-after-refusal", lock.release)
    holder.let_go()
    t.see("holder-gone", try_it(lock))
    many = 1000
    t.see("many", all(lock.acquire() for _ in range(many)))
    for _ in range(many - 1):
        lock.release()
    t.see("many-but-one", elsewhere(try_it, lock))
    lock.release()
    t.see("many-released", elsewhere(try_it, lock))


def across(t):
    """An RLock held by its creator when the child starts, and then by the child."""
    lock = t.ctx.RLock()
    lock.acquire()
    child = Puppet(t.ctx, "child", lock=lock)
    t.call("child.refused", child.do, "lock.acquire", False)
    t.call("child.timed", child.do, "lock.acquire", True, 0.1)
    t.see("child.timed.own-seconds", child.seconds)
    t.call("child.negative", child.do, "lock.acquire", timeout=-1)
    t.call("child.releases-the-parents", child.do, "lock.release")
    t.call("parent.recurses", lock.acquire)
    child.begin("lock.acquire")
    t.see("child.blocks", child.stays_blocked())
    lock.release()
    t.see("child.blocks-still", child.stays_blocked())
    released = time.monotonic()
    t.call("parent.releases", lock.release)
    t.call("child.waited", child.end)
    t.see("child.waited-for-release", child.ended >= released)
    t.call("parent.releases-the-childs", lock.release)
    t.call("parent.refused", lock.acquire, False)
    t.call("child.recurses", child.do, "lock.acquire", False)
    t.call("child.recurses-timed", child.do, "lock.acquire", True, 0)
    child.do("lock.release")
    child.do("lock.release")
    t.call("parent.refused-still", lock.acquire, True, 0.1)
    t.call("child.releases", child.do, "lock.release")
    t.call("child.releases-too-often", child.do, "lock.release")
    t.call("parent.takes", lock.acquire, False)
    t.call("child.refused-at-last", child.do, "lock.acquire", False)
    t.see("child.exitcode", child.leave())
    t.call("parent.releases-at-last", lock.release)


def queue_up(lock, number):
    tell("queueing-%d" % number)
    lock.acquire()
    tell("got-%d" % number)
    hear("give-%d" % number, 60.0)
    tell("giving-%d" % number)
    lock.release()


def one_at_a_time(t):
    """Three children and a thread wait for one RLock: who gets it at each release."""
    lock = t.ctx.RLock()
    lock.acquire()
    numbers = [0, 1, 2]
    children = [t.ctx.Process(target=queue_up, args=(lock, number)) for number in numbers]
    for child in children:
        child.start()
    for number in numbers:
        hear("queueing-%d" % number)
    until(lambda: holders(numbers), WATCHED_SECONDS)
    t.see("before", len(holders(numbers)))
    lock.release()
    for turn in ("first", "second", "third"):
        until(lambda: holders(numbers))
        # Time for a second one to show itself.
        until(lambda: len(holders(numbers)) > 1, WATCHED_SECONDS)
        found = holders(numbers)
        t.see(turn, len(found))
        tell("give-%d" % found[0])
        hear("giving-%d" % found[0])
    for child in children:
        child.join()
    t.see("exitcodes", [child.exitcode for child in children])


def holders(numbers):
    """Who has the lock and was not yet told to give it up."""
    return [n for n in numbers if told("got-%d" % n) and not told("give-%d" % n)]
