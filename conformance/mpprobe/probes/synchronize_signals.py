"""Conditions, events and barriers between processes."""

import time

from mpprobe.probes.process import times_told
from mpprobe.probes.synchronize import WATCHED_SECONDS, Puppet
from mpprobe.toolkit import HEAR_SECONDS, hear, tell, told, until


def several_done(puppets, number):
    """How many have returned: `number`, and all who are faster than they are to be."""
    until(lambda: sum(puppet.done() for puppet in puppets) >= number)
    until(lambda: sum(puppet.done() for puppet in puppets) > number, WATCHED_SECONDS)
    return sum(puppet.done() for puppet in puppets)


# -- Condition


def wait_on(toys, name, timeout=None):
    with toys["condition"]:
        tell(name)
        return toys["condition"].wait(timeout)


def wait_for_turn(toys, name, turn):
    with toys["condition"]:
        tell(name)
        return toys["condition"].wait_for(lambda: told(turn) and "seen", HEAR_SECONDS)


def notify_one(toys):
    with toys["condition"]:
        toys["condition"].notify()


def arrived(condition, *names):
    """Wait until all have told their names and, as the lock shows, wait."""
    for name in names:
        hear(name)
    with condition:
        pass


def condition_across(t):
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


def condition_of_locks(t):
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


def condition_depth_across(t):
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


# -- Event


def event_across(t):
    """Two children and their creator set, clear and await an Event by turns."""
    event = t.ctx.Event()
    child, other = [Puppet(t.ctx, name, event=event) for name in ("child", "other")]
    t.call("child.initial", child.do, "event.is_set")
    t.call("child.timed", child.do, "event.wait", 0.2)
    t.see("child.timed.own-seconds", child.seconds)
    child.begin("event.wait")
    other.begin("event.wait", timeout=HEAR_SECONDS)
    t.see("both-block", [child.stays_blocked(), other.stays_blocked()])
    set_at = time.monotonic()
    t.call("set", event.set)
    t.see("woken", [child.end(), other.end()])
    t.see("woken-after", [puppet.ended >= set_at for puppet in (child, other)])
    t.call("child.is-set", child.do, "event.is_set")
    t.call("child.at-once", child.do, "event.wait", 0)
    event.clear()
    t.call("child.cleared", child.do, "event.is_set")
    t.call("child.cleared-wait", child.do, "event.wait", 0)
    child.begin("event.wait", HEAR_SECONDS)
    child.stays_blocked()
    other.do("event.set")
    t.call("child.woken-by-sibling", child.end)
    t.call("parent.at-once", event.wait, HEAR_SECONDS)
    t.call("parent.is-set", event.is_set)
    t.call("child.clears", child.do, "event.clear")
    t.see("parent.cleared", [event.is_set(), event.wait(0)])
    t.see("other.cleared", other.do("event.is_set"))
    t.see("exitcodes", [child.leave(), other.leave()])


# -- Barrier


def act():
    tell("acted-%d" % int(time.monotonic() * 1e6))


def barrier_across(t):
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
