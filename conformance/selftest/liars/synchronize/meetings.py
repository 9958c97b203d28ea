"""Lies about conditions, events and barriers."""

import time

from mpref.synchronize import Barrier, Condition, Event, RLock

from liars.lies import lie, replace


@lie(
    Barrier,
    "wait",
    caught_by=[
        "synchronize.barrier.across.action-once",
        "synchronize.barrier.action.by-one-of-the-parties",
        "synchronize.barrier.action.once-before-release",
        "synchronize.barrier.wait.can-be-repeated",
    ],
)
def barrier_action_runs_in_all_parties(original, self, timeout=None):
    """Each of the parties calls the action of a Barrier."""
    number = original(self, timeout)
    if self._action and number != self.parties - 1:
        self._action()
    return number


@lie(Barrier, "__init__", caught_by=["synchronize.barrier.timeout.is-the-default-of-wait"])
def barrier_ignores_its_timeout(original, self, parties, action=None, timeout=None, *, ctx=None):
    """The timeout that a Barrier was made with is ignored: wait() has one of 8 seconds."""
    original(self, parties, action, None if timeout is None else 8, ctx=ctx)


@lie(
    Barrier,
    "wait",
    caught_by=[
        "synchronize.barrier.across.meets",
        "synchronize.barrier.reset.mends",
        "synchronize.barrier.wait.can-be-repeated",
        "synchronize.barrier.wait.numbers-the-parties",
        "synchronize.barrier.wait.until-all-are-there",
    ],
)
def barrier_wait_numbers_from_one(original, self, timeout=None):
    """wait() of a Barrier numbers the parties from 1 on, not from 0."""
    return original(self, timeout) + 1


@lie(
    Barrier,
    "reset",
    caught_by=[
        "synchronize.barrier.across.reset",
        "synchronize.barrier.across.timeout-breaks-for-all",
        "synchronize.barrier.reset.releases-waiters",
    ],
)
def barrier_reset_needs_a_broken_one(original, self):
    """reset() of a Barrier that is not broken does nothing."""
    if self.broken:
        original(self)


@lie(Barrier, "wait", caught_by=["synchronize.barrier.timeout.is-overridden"])
def barrier_timeout_overrides_that_of_wait(original, self, timeout=None):
    """The timeout that a Barrier was made with overrides that of wait()."""
    return original(self, timeout if self._timeout is None else min(self._timeout, 6))


@lie(
    Condition,
    "__init__",
    caught_by=[
        "synchronize.condition.across.lock-of-the-caller",
        "synchronize.condition.across.rlock-of-the-caller",
        "synchronize.condition.lock.of-the-caller",
        "synchronize.condition.lock.of-two-conditions",
        "synchronize.condition.with.acquires-and-releases",
    ],
)
def condition_ignores_the_given_lock(original, self, lock=None, *, ctx=None):
    """A Condition makes a lock of its own in place of the one that it is given."""
    original(self, None, ctx=ctx)


@lie(Event, "wait", caught_by=["synchronize.event.wait.true-though-cleared"])
def event_wait_looks_again_at_its_end(original, self, timeout=None):
    """wait() of an Event returns whether it is set when wait() returns."""
    original(self, timeout)
    # As on a busy machine: on another one it may look before anybody has cleared the Event.
    time.sleep(0.01)
    return self.is_set()


@lie(
    Event,
    "wait",
    caught_by=[
        "synchronize.event.across.set-wakes-all",
        "synchronize.event.across.siblings",
        "synchronize.event.across.state-is-shared",
        "synchronize.event.across.wait-times-out",
        "synchronize.event.clear.clears",
        "synchronize.event.set.wakes-all",
        "synchronize.event.wait.set-returns-true",
        "synchronize.event.wait.timeout-elapses",
        "synchronize.event.wait.true-though-cleared",
        "synchronize.event.wait.zero-and-negative-return",
        "synchronize.interrupt.event-wait-raises",
    ],
)
def event_wait_returns_none(original, self, timeout=None):
    """wait() of an Event returns None."""
    original(self, timeout)


@lie(
    caught_by=[
        "synchronize.condition.across.unheld-raises",
        "synchronize.condition.notify.nobody-is-fine",
    ],
)
def notify_is_kept_for_later_waiters():
    """A notification that nobody waits for wakes the next one who waits."""

    @replace(Condition, "notify")
    def notify_or_remember(original, self, n=1):
        if n == 1 and self._waiting.value == 0:
            self._remembered = True
        original(self, n)

    @replace(Condition, "wait")
    def wait_or_remember(original, self, timeout=None):
        if getattr(self, "_remembered", False):
            self._remembered = False
            return True
        return original(self, timeout)


@lie(
    Condition,
    "_check_held",
    caught_by=[
        "synchronize.condition.across.unheld-raises",
        "synchronize.condition.misuse.is-a-runtime-error",
        "synchronize.condition.notify-all.unheld-raises",
        "synchronize.condition.notify.unheld-raises",
    ],
)
def notify_needs_no_lock(original, self, what):
    """notify() works without the lock of the Condition, and does not raise."""
    if what != "notify":
        original(self, what)


@lie(
    Condition,
    "notify",
    caught_by=[
        "synchronize.condition.across.notify-wakes-one",
        "synchronize.condition.notify.keeps-the-lock",
        "synchronize.condition.notify.wakes-n",
        "synchronize.condition.notify.wakes-one",
    ],
)
def notify_wakes_all(original, self, n=1):
    """notify() wakes all waiters."""
    original(self, 1 << 30)


@lie(Condition, "wait_for", caught_by=["synchronize.condition.wait-for.timeout-is-for-all"])
def wait_for_restarts_its_timeout(self, predicate, timeout=None):
    """The timeout of wait_for() begins anew with each notification."""
    result = predicate()
    while not result:
        if not self.wait(timeout):
            return predicate()
        result = predicate()
    return result


@lie(
    Condition,
    "wait_for",
    caught_by=[
        "synchronize.condition.across.wait-for",
        "synchronize.condition.wait-for.returns-the-last-value",
        "synchronize.condition.wait-for.true-at-once",
        "synchronize.condition.wait-for.waits-until-true",
    ],
)
def wait_for_returns_a_bool(original, self, predicate, timeout=None):
    """wait_for() returns True or False, not the value of the predicate."""
    return bool(original(self, predicate, timeout))


@lie(
    Condition,
    "wait",
    caught_by=[
        "synchronize.condition.across.wait-releases-every-level",
        "synchronize.condition.wait.releases-every-level",
    ],
)
def condition_wait_releases_one_level(original, self, timeout=None):
    """wait() of a Condition releases a recursive lock once, however often it was acquired."""
    depth = self._lock._count() if isinstance(self._lock, RLock) else 1
    if depth > 1:
        timeout = 1.0
        return self._tokens.acquire(True, timeout)
    return original(self, timeout)
