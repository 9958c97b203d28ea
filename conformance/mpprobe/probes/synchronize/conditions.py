"""Condition: its lock, its waiters, notifications; between threads, and between processes."""

import threading

from mpprobe.probes.synchronize._locks import try_it
from mpprobe.probes.synchronize._puppets import (
    WATCHED_SECONDS,
    Puppet,
    arrived,
    notify_one,
    wait_on,
)
from mpprobe.probes.synchronize._threads import Crowd, Holder, elsewhere
from mpprobe.toolkit import HEAR_SECONDS, hear, tell, told, until


class Waiters:
    """Threads that wait on a condition, each until it is notified once."""

    def __init__(self, condition, number, timeout=HEAR_SECONDS):
        self._condition = condition
        self._timeout = timeout
        self._arrived = 0
        self.crowd = Crowd(number, self._wait)
        until(lambda: self._arrived == number)
        # The last one gives the lock away by waiting.
        with condition:
            pass

    def _wait(self):
        with self._condition:
            self._arrived += 1
            return self._condition.wait(self._timeout)


def locks(t):
    """Which lock a condition has, and how that is acquired and released through it."""
    default = t.mp.Condition()
    t.see("default.acquire", [default.acquire(), default.acquire(False)])
    t.see("default.held", elsewhere(try_it, default))
    default.release()
    t.see("default.held-once", elsewhere(try_it, default))
    default.release()
    t.see("default.free", elsewhere(try_it, default))
    for name, lock in (("lock", t.mp.Lock()), ("rlock", t.mp.RLock())):
        condition = t.mp.Condition(lock)
        condition.acquire()
        t.see(name + ".held", elsewhere(try_it, lock))
        condition.release()
        t.see(name + ".free", elsewhere(try_it, lock))
        lock.acquire()
        t.see(name + ".holds-condition", elsewhere(try_it, condition))
        lock.release()
    lock = t.mp.Lock()
    first, second = t.mp.Condition(lock=lock), t.mp.Condition(lock)
    with first as entered:
        t.see("entered", entered)
        t.see("shared", elsewhere(try_it, second))
    t.see("after-with", elsewhere(try_it, second))
    t.see("none", elsewhere(try_it, t.mp.Condition(None)))
    with Holder(first):
        t.call("timed", first.acquire, True, 0.1)
        t.call("keywords", first.acquire, timeout=0.1, block=True)
        t.call("refused", first.acquire, block=False)


def misuse(t):
    """wait() and its kin without the lock, and with a lock that another thread holds."""
    for name, condition in (
        ("free", t.mp.Condition()),
        ("free-lock", t.mp.Condition(t.mp.Lock())),
    ):
        t.call(name + ".wait", condition.wait, 0)
        t.call(name + ".notify", condition.notify)
        t.call(name + ".notify-all", condition.notify_all)
        t.call(name + ".wait-for", condition.wait_for, lambda: False, 0.1)
        t.call(name + ".release", condition.release)
        t.see(name + ".usable", elsewhere(try_it, condition))
    condition = t.mp.Condition()
    with Holder(condition):
        t.call("foreign.wait", condition.wait, 0)
        t.call("foreign.notify", condition.notify)
        t.call("foreign.notify-all", condition.notify_all)
    t.see("foreign.usable", elsewhere(try_it, condition))


def waiting(t):
    """wait() with timeouts, what it does with the lock, and what is left of notifications."""
    condition = t.mp.Condition()
    with condition:
        t.call("timed", condition.wait, 0.2)
        t.call("keyword", condition.wait, timeout=0.1)
        t.call("zero", condition.wait, 0)
        t.call("negative", condition.wait, -1)
        t.call("notify-nobody", condition.notify)
        t.call("notify-all-of-nobody", condition.notify_all)
        t.call("nothing-remembered", condition.wait, 0.1)


def depth(t):
    """wait() of a thread that has acquired the lock twice."""
    condition = t.mp.Condition()
    seen = []

    def take_and_notify():
        with condition:
            seen.append("took it")
            condition.notify()

    condition.acquire()
    condition.acquire()
    taker = Crowd(1, take_and_notify)
    t.call("woken", condition.wait, HEAR_SECONDS)
    taker.join()
    t.see("others-got-the-lock", seen)
    t.see("held-twice", elsewhere(try_it, condition))
    condition.release()
    t.see("held-once", elsewhere(try_it, condition))
    condition.release()
    t.see("free", elsewhere(try_it, condition))


def notifying(t):
    """How many of the waiting threads notify() and notify_all() wake, and when."""
    condition = t.mp.Condition()
    crowd = Waiters(condition, 4).crowd
    with condition:
        t.call("notify", condition.notify)
        until(lambda: crowd.ended, 0.1)
        t.see("not-before-release", len(crowd.ended))
    t.see("one", crowd.settle(1))
    with condition:
        condition.notify()
        condition.notify()
    t.see("two-more", crowd.settle(3))
    with condition:
        t.call("notify-all", condition.notify_all)
    t.see("all", crowd.join())
    crowd = Waiters(condition, 2, timeout=0.3).crowd
    t.see("nothing-left-over", crowd.join())
    crowd = Waiters(condition, 3).crowd
    with condition:
        condition.notify_all()
    t.see("all-of-three", crowd.join())
    expired = Waiters(condition, 1, timeout=0.05).crowd
    t.see("expired", expired.join())
    lasting = Waiters(condition, 1).crowd
    with condition:
        condition.notify()
    t.see("not-lost-on-the-expired", lasting.join())


def numbers(t):
    """notify(n) with more than n waiters, fewer, and none."""
    condition = t.mp.Condition()
    with condition:
        condition.notify(3)
    crowd = Waiters(condition, 4).crowd
    t.see("none-yet", crowd.settle(0))
    with condition:
        t.call("two", condition.notify, 2)
    t.see("two.woken", crowd.settle(2))
    with condition:
        t.call("keyword", condition.notify, n=1)
    t.see("keyword.woken", crowd.settle(3))
    with condition:
        t.call("more-than-wait", condition.notify, 5)
    t.see("all", crowd.join())
    crowd = Waiters(condition, 2, timeout=0.3).crowd
    t.see("nothing-left-over", crowd.join())


def predicates(t):
    """wait_for(): its value, its timeout, and what it asks its predicate."""
    condition = t.mp.Condition()
    held, answers = [], []

    def ask():
        held.append(elsewhere(try_it, condition))
        return answers.pop(0) if answers else 0

    with condition:
        t.call("true-at-once", condition.wait_for, lambda: "yes")
        t.call("by-keyword", condition.wait_for, timeout=0.1, predicate=lambda: ["true"])
        t.call("never", condition.wait_for, list, 0.2)
        t.call("zero", condition.wait_for, lambda: 0, 0)
        t.call("negative", condition.wait_for, lambda: 0, -1)
        t.call("raising", condition.wait_for, lambda: 1 // 0)
        answers[:] = ["", None, "found"]
        notifier = Crowd(1, notify_until, condition, lambda: not answers)
        t.call("found", condition.wait_for, ask, HEAR_SECONDS)
    notifier.join()
    t.see("asked-with-lock-held", held)
    stop = threading.Event()
    notifier = Crowd(1, notify_until, condition, stop.is_set)
    with condition:
        # Notifications come all the time; none of them prolongs the wait.
        t.call("notified-in-vain", condition.wait_for, lambda: False, 0.3)
    stop.set()
    notifier.join()


def notify_until(condition, done):
    def notify():
        with condition:
            condition.notify_all()
        return done()

    until(notify, 6.0)


def several_done(puppets, number):
    """How many have returned: `number`, and all who are faster than they are to be."""
    until(lambda: sum(puppet.done() for puppet in puppets) >= number)
    until(lambda: sum(puppet.done() for puppet in puppets) > number, WATCHED_SECONDS)
    return sum(puppet.done() for puppet in puppets)


def wait_for_turn(toys, name, turn):
    with toys["condition"]:
        tell(name)
        return toys["condition"].wait_for(lambda: told(turn) and "seen", HEAR_SECONDS)


def across(t):
    """Three children wait on a condition and are notified; one of them notifies."""
    condition = t.ctx.Condition()
    functions = {"wait_on": wait_on, "wait_for_turn": wait_for_turn, "notify_one": notify_one}
    puppets = [Puppet(t.ctx, name, condition=condition, **functions) for name in "abc"]
    for number, puppet in enumerate(puppets):
        puppet.begin("wait_on", "waiting-%d" % number)
    arrived(condition, "waiting-0", "waiting-1", "waiting-2")
    with condition:
        condition.notify()
        until(lambda: any(puppet.done() for puppet in puppets), WATCHED_SECONDS)
        t.see("notified.not-before-release", sum(puppet.done() for puppet in puppets))
    t.see("notified", several_done(puppets, 1))
    with condition:
        condition.notify_all()
    t.see("notified-all", several_done(puppets, 3))
    t.see("notified.values", [puppet.end() for puppet in puppets])

    child, other = puppets[:2]
    t.call("timed", child.do, "wait_on", "timed", 0.2)
    t.see("timed.own-seconds", child.seconds)
    t.call("child.notify-unheld", child.do, "condition.notify")
    t.call("child.wait-unheld", child.do, "condition.wait", 0)
    with condition:
        t.call("child.notify-foreign", child.do, "condition.notify_all")
        t.call("child.refused", child.do, "condition.acquire", False)
        child.begin("notify_one")
        t.see("child.needs-the-lock", child.stays_blocked())
        t.call("parent.woken", condition.wait, HEAR_SECONDS)
        t.call("parent.holds-again", other.do, "condition.acquire", False)
    child.end()

    child.begin("wait_for_turn", "predicate", "the-turn")
    arrived(condition, "predicate")
    with condition:
        condition.notify_all()
    t.see("predicate.blocks", child.stays_blocked())
    tell("the-turn")
    with condition:
        condition.notify_all()
    t.call("predicate", child.end)
    t.see("exitcodes", [puppet.leave() for puppet in puppets])


def of_locks(t):
    """A condition with a lock of the caller's own, handed over together with it."""
    lock, recursive = t.ctx.Lock(), t.ctx.RLock()
    condition, other = t.ctx.Condition(lock), t.ctx.Condition(recursive)
    child = Puppet(
        t.ctx, "child", lock=lock, condition=condition, recursive=recursive, other=other,
        wait_on=wait_on, notify_one=notify_one,
    )  # fmt: skip
    child.do("condition.acquire")
    t.call("lock.refused", lock.acquire, False)
    t.call("child.lock.refused", child.do, "lock.acquire", False)
    child.do("lock.release")
    t.call("condition.acquired", condition.acquire, False)
    child.begin("notify_one")
    t.see("child.needs-the-lock", child.stays_blocked())
    t.call("woken", condition.wait, HEAR_SECONDS)
    child.end()
    condition.release()
    child.do("other.acquire")
    t.call("recursive.refused", recursive.acquire, False)
    t.call("child.recursive", child.do, "recursive.acquire", False)
    child.do("recursive.release")
    child.do("other.release")
    t.call("recursive.acquired", recursive.acquire, False)
    t.see("exitcode", child.leave())


def wait_deeply(toys, name):
    """wait() with the lock acquired twice; what is left of that afterwards."""
    condition = toys["condition"]
    with condition:
        with condition:
            tell(name)
            woken = condition.wait(HEAR_SECONDS)
        tell(name + "-once")
        hear(name + "-go-on")
    return woken


def depth_across(t):
    """A child waits on a condition whose lock it has acquired twice."""
    condition = t.ctx.Condition()
    child = Puppet(t.ctx, "child", condition=condition, wait_deeply=wait_deeply)
    child.begin("wait_deeply", "deep")
    hear("deep")
    t.call("free-meanwhile", condition.acquire, True, HEAR_SECONDS)
    condition.notify()
    condition.release()
    hear("deep-once")
    t.call("held-once", condition.acquire, False)
    tell("deep-go-on")
    t.call("woken", child.end)
    t.call("free", condition.acquire, False)
    t.see("exitcode", child.leave())
