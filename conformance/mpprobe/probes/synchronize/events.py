"""Event: set, cleared, waited for; between threads, and between processes."""

import time

from mpprobe.probes.synchronize._puppets import Puppet
from mpprobe.probes.synchronize._threads import Crowd
from mpprobe.toolkit import HEAR_SECONDS


def states(t):
    """An Event set and cleared, and waited for by one thread."""
    event, other = t.mp.Event(), t.mp.Event()
    t.see("initial", event.is_set())
    t.call("timed", event.wait, 0.2)
    t.call("keyword", event.wait, timeout=0.1)
    t.call("zero", event.wait, 0)
    t.call("negative", event.wait, -1)
    t.call("set", event.set)
    t.see("is-set", event.is_set())
    t.see("other", other.is_set())
    t.call("at-once", event.wait)
    t.call("at-once-timed", event.wait, 5)
    t.call("at-once-zero", event.wait, 0)
    event.set()
    t.see("set-twice", event.is_set())
    t.call("clear", event.clear)
    t.see("cleared", event.is_set())
    t.call("cleared-timed", event.wait, 0.1)
    event.clear()
    t.see("cleared-twice", event.is_set())
    event.set()
    t.see("set-again", [event.is_set(), event.wait(0)])
    t.call("arguments", t.mp.Event, True)


def wakes(t):
    """Threads that wait for an Event, which stays set, or is cleared at once."""
    event = t.mp.Event()
    crowd = Crowd(3, event.wait, HEAR_SECONDS)
    forever = Crowd(2, event.wait)
    t.see("before", [crowd.settle(0), forever.settle(0)])
    event.set()
    t.see("woken", crowd.join())
    t.see("woken-without-timeout", forever.join())
    t.see("still-set", event.is_set())
    woken, values = [], []
    for _ in range(15):
        event.clear()
        crowd = Crowd(3, event.wait, 5)
        crowd.block()
        event.set()
        event.clear()
        woken.append(crowd.settle(3, 0))
        values += crowd.join()
    t.see("cleared-at-once.woken", woken)
    t.see("cleared-at-once.values", values)
    t.see("cleared-at-once.state", event.is_set())


def across(t):
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
