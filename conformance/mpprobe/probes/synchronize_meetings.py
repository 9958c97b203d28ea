"""Conditions, events and barriers within one process, between its threads."""

import os
import threading

from mpprobe.probes.synchronize_alone import Holder, elsewhere, try_it
from mpprobe.toolkit import HEAR_SECONDS, blocked, until


class Crowd(object):
    """Threads that make one call each; what they returned or raised, in that order."""

    def __init__(self, number, function, *args):
        self.ended = []
        self._threads = [
            threading.Thread(target=self._run, args=(function, args)) for _ in range(number)
        ]
        for thread in self._threads:
            thread.daemon = True
            thread.start()

    def _run(self, function, args):
        try:
            self.ended.append(function(*args))
        except Exception as error:
            self.ended.append(error)

    def join(self):
        """Wait for all; what they returned or raised."""
        for thread in self._threads:
            thread.join(HEAR_SECONDS)
        return list(self.ended)

    def block(self):
        """Wait until all of them are seen to be blocked. To be called by the main thread."""
        blocked(os.getpid(), threads=lambda number: number != os.getpid())

    def settle(self, number, seconds=0.1):
        """How many have ended: `number` and all who are faster than they are to be."""
        until(lambda: len(self.ended) >= number)
        until(lambda: len(self.ended) > number, seconds)
        return len(self.ended)


# -- Condition


class Waiters(object):
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


def condition_locks(t):
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


def condition_misuse(t):
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


def condition_waiting(t):
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


def condition_depth(t):
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


def condition_notifying(t):
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


def condition_numbers(t):
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


def condition_predicates(t):
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


# -- Event


def event_states(t):
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


def event_wakes(t):
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


# -- Barrier


def barrier_meetings(t):
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


def barrier_breaking(t):
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


def barrier_actions(t):
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
