"""Locks between processes, and puppets: children that make one call after the other, as told.

What locks and semaphores do within one process stands in `synchronize_alone.py`, and what
conditions, events and barriers do there in `synchronize_meetings.py`; the latter between processes
in `synchronize_signals.py`; how all of them get into children in `synchronize_sharing.py`, and what
interrupted and killed users do to them in `synchronize_ends.py`.
"""

import pickle
import sys
import time

from mpprobe.probes.synchronize_alone import count_down
from mpprobe.toolkit import blocked, hear, offers, tell, told, until

# How long somebody who is to be blocked is watched. It orders nothing: who is blocked for good
# may be watched for any time, and who is not gets this long to show it.
WATCHED_SECONDS = 0.1


class Puppet(object):
    """A child process that makes calls on the objects it was given, one after the other.

    Attributes:
        seconds: how long the last call took, measured in the child.
        ended: when it returned, by time.monotonic(), which all processes of a machine share.
    """

    def __init__(self, ctx, name, **toys):
        self.name = name
        self.number = 0
        self.seconds = self.ended = None
        # A daemon: should the probe be stopped, nobody tells the puppet to leave.
        self.process = ctx.Process(target=obey, args=(name, toys), name=name, daemon=True)
        self.process.start()

    def begin(self, call, *args, **kwargs):
        """Have the child begin a call ("lock.acquire"); it may well block."""
        self.number += 1
        tell("%s-do-%d" % (self.name, self.number), [call, list(args), kwargs])
        hear("%s-does-%d" % (self.name, self.number))

    def done(self):
        """Has the call that was begun returned?"""
        return told("%s-did-%d" % (self.name, self.number))

    def stays_blocked(self):
        """Watch a call until the kernel says that it blocks, or until it has returned."""
        blocked(self.process.pid, unless=self.done)
        until(self.done, WATCHED_SECONDS)
        return not self.done()

    def end(self):
        """Wait for the call that was begun: return what it returned, raise what it raised."""
        value, error, self.seconds, self.ended = hear("%s-did-%d" % (self.name, self.number))
        if error is not None:
            raise pickle.loads(error)
        return value

    def do(self, call, *args, **kwargs):
        self.begin(call, *args, **kwargs)
        return self.end()

    def leave(self):
        """Have the child end; its exit code."""
        tell("%s-do-%d" % (self.name, self.number + 1), None)
        self.process.join()
        return self.process.exitcode


def obey(name, toys):
    number = 0
    while True:
        number += 1
        order = hear("%s-do-%d" % (name, number), 60.0)
        if order is None:
            return
        call, args, kwargs = order
        value = error = None
        tell("%s-does-%d" % (name, number))
        begun = time.monotonic()
        try:
            value = perform(toys, call, args, kwargs)
        except Exception as raised:
            error = pickle.dumps(raised)
        ended = time.monotonic()
        tell("%s-did-%d" % (name, number), [value, error, ended - begun, ended])


def perform(toys, call, args, kwargs):
    """Call a function with the toys, call a toy's method, or read a toy's attribute."""
    toy, _, member = call.partition(".")
    if not member:
        return toys[toy](toys, *args, **kwargs)
    found = getattr(toys[toy], member)
    return found(*args, **kwargs) if callable(found) else found


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


# -- Lock


def lock_across(t):
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


# -- RLock


def rlock_across(t):
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


# -- Semaphore, BoundedSemaphore


def semaphore_across(t):
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


def locked_across(t):
    """locked() of each kind of lock, asked by holder and others."""
    kinds = ("Lock", "RLock", "Semaphore", "BoundedSemaphore")
    toys = {kind: getattr(t.ctx, kind)() for kind in kinds}
    child = Puppet(t.ctx, "child", **toys)
    for kind in kinds:
        toy = toys[kind]
        t.see("free." + kind, [toy.locked(), child.do(kind + ".locked")])
        toy.acquire()
        t.see("held." + kind, [toy.locked(), child.do(kind + ".locked")])
        toy.release()
        child.do(kind + ".acquire")
        t.see("held-by-child." + kind, [toy.locked(), child.do(kind + ".locked")])
        child.do(kind + ".release")
        t.see("free-again." + kind, [toy.locked(), child.do(kind + ".locked")])
    several = t.ctx.Semaphore(2)
    several.acquire()
    t.see("one-left", several.locked())
    several.acquire()
    t.see("none-left", several.locked())
    recursive = toys["RLock"]
    recursive.acquire()
    recursive.acquire()
    recursive.release()
    t.see("released-once-of-twice", recursive.locked())
    child.leave()


# -- the example


def print_in_pieces(lock, number):
    for line in range(5):
        lock.acquire()
        try:
            sys.stdout.write("hello ")
            sys.stdout.flush()
            sys.stdout.write("world %d" % number)
            sys.stdout.flush()
            sys.stdout.write(" %d\n" % line)
            sys.stdout.flush()
        finally:
            lock.release()


def output_example(t):
    """Four children print lines in pieces, under a lock."""
    lock = t.ctx.Lock()
    lock.acquire()
    children = [t.ctx.Process(target=print_in_pieces, args=(lock, n)) for n in range(4)]
    for child in children:
        child.start()
    # They begin together, as well as they can.
    lock.release()
    for child in children:
        child.join()
    lines = t.stdout().splitlines()
    t.see("lines", sorted(lines))
    t.see("wanted", sorted("hello world %d %d" % (n, r) for n in range(4) for r in range(5)))
    t.see("exitcodes", [child.exitcode for child in children])


def equivalents(t):
    """Which of threading's primitives the module offers, too."""
    import threading

    kinds = ("Barrier", "BoundedSemaphore", "Condition", "Event", "Lock", "RLock", "Semaphore")
    t.see("of-threading", [kind for kind in kinds if hasattr(threading, kind)])
    t.see("offered", [kind for kind in kinds if offers(t.mp, kind)])
    missing = {}
    for kind in kinds:
        if offers(t.mp, kind):
            arguments = (1,) if kind == "Barrier" else ()
            theirs = getattr(threading, kind)(*arguments)
            ours = getattr(t.mp, kind)(*arguments)
            missing[kind] = [n for n in dir(theirs) if not hasattr(ours, n) and is_documented(n)]
    t.see("missing", missing)


# What the documentation of threading has of the objects' names. locked() came late to most.
DOCUMENTED_OF_THREADING = (
    "abort", "acquire", "broken", "clear", "is_set", "n_waiting", "notify", "notify_all",
    "parties", "release", "reset", "set", "wait", "wait_for",
)  # fmt: skip


def is_documented(name):
    return name in DOCUMENTED_OF_THREADING
