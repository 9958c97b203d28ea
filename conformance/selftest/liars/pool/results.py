"""Lies about what an AsyncResult says: too early, in time, late and again."""

import builtins
import sys

import mpref
from mpref.pool import AsyncResult

from liars.lies import lie, replace


def _is_the_programs():
    """Does the program call the method that stands in for another, and not the package?"""
    caller = sys._getframe(3)
    return not caller.f_globals.get("__name__", "").startswith("mpref.")


# -- get


@lie(
    AsyncResult,
    "get",
    caught_by=[
        "pool.apply-async.queues-behind-others",
        "pool.get.short-timeouts",
        "pool.get.timeouts-lose-nothing",
        "pool.get.times-out",
        "pool.ready.false-before-the-end",
        "pool.ready.true-at-the-end",
        "pool.results.early-ends-clean",
        "pool.wait.times-out",
    ],
)
def get_of_no_time_waits(original, self, timeout=None):
    """get() with a timeout of zero waits as one without a timeout does."""
    return original(self, timeout or None)


@lie(
    AsyncResult,
    "get",
    caught_by=[
        "dummy.thread-pool.timeouts",
        "pool.examples.short-timeouts",
        "pool.examples.steps",
        "pool.examples.tour",
        "pool.get.short-timeouts",
        "pool.get.times-out",
        "pool.ready.of-a-map",
        "pool.threads.timeouts",
        "process.timeout-error.raised-when-time-is-over",
    ],
)
def get_raises_the_builtin_timeout(original, self, timeout=None):
    """get() raises the built-in TimeoutError."""
    self.wait(timeout)
    if not self.ready():
        raise builtins.TimeoutError
    return original(self)


@lie(
    AsyncResult,
    "get",
    caught_by=[
        "dummy.thread-pool.timeouts",
        "pool.examples.short-timeouts",
        "pool.examples.steps",
        "pool.examples.tour",
        "pool.get.short-timeouts",
        "pool.get.times-out",
        "pool.ready.of-a-map",
        "pool.threads.timeouts",
        "process.timeout-error.raised-when-time-is-over",
    ],
)
def get_returns_none_in_the_end(original, self, timeout=None):
    """get() returns None when there is no result in time."""
    self.wait(timeout)
    return original(self) if self.ready() else None


@lie(
    AsyncResult,
    "get",
    caught_by=[
        "pool.get.after-join",
        "pool.get.raises-each-time",
        "pool.get.raises-it-each-time",
        "pool.killed.limited.settles",
        "pool.threads.results-tell",
    ],
)
def exception_is_raised_once(original, self, timeout=None):
    """get() returns None when it has raised what the call raised."""
    if hasattr(self, "raised"):
        return None
    self.wait(timeout)
    if self.ready() and not self.successful():
        self.raised = True
    return original(self, timeout)


@lie(
    AsyncResult,
    "get",
    caught_by=[
        "pool.apply.exceptions-are-values",
        "pool.apply.values-travel",
    ],
)
def returned_exceptions_are_raised(original, self, timeout=None):
    """get() raises the exception that the call has returned."""
    value = original(self, timeout)
    if isinstance(value, Exception):
        raise value
    return value


@lie(
    AsyncResult,
    "get",
    caught_by=[
        "pool.get.all-waiters-get-it",
        "pool.get.waits",
        "pool.results.waiting-ends-clean",
    ],
)
def long_timeouts_overflow(original, self, timeout=None):
    """get() raises OverflowError for a timeout of 2^31 milliseconds or more."""
    if timeout is not None and timeout * 1000 >= 2**31:
        raise OverflowError("timeout value is too large")
    return original(self, timeout)


# -- wait


@lie(
    AsyncResult,
    "wait",
    caught_by=[
        "dummy.thread-pool.results-are-async-results",
        "pool.get.all-waiters-get-it",
        "pool.killed.waited-for.all-waits-end",
        "pool.wait.of-what-is-there",
        "pool.wait.times-out",
        "pool.wait.waits",
    ],
)
def wait_says_whether_it_is_ready(original, self, timeout=None):
    """wait() returns whether the result is there, as that of an event."""
    original(self, timeout)
    return self.ready()


@lie(
    AsyncResult,
    "wait",
    caught_by=[
        "dummy.thread-pool.timeouts",
        "pool.callbacks.slow-ones-lose-nothing",
        "pool.initializer.before-tasks",
        "pool.threads.timeouts",
        "pool.wait.times-out",
    ],
)
def wait_raises_at_the_timeout(original, self, timeout=None):
    """wait() raises TimeoutError when there is no result in time."""
    original(self, timeout)
    if not self.ready():
        raise mpref.TimeoutError


# -- ready and successful


@lie(
    AsyncResult,
    "ready",
    caught_by=[
        "pool.get.after-terminate",
        "pool.killed.waited-for.all-waits-end",
        "pool.ready.true-for-each-end",
    ],
)
def failures_are_never_ready(original, self):
    """ready() is False for a call that has raised."""
    is_ready = original(self)
    return is_ready and (not _is_the_programs() or self.successful())


@lie(
    caught_by=[
        "pool.initializer.before-tasks",
        "pool.ready.false-before-the-end",
    ]
)
def ready_after_a_timeout():
    """ready() is True when wait() has returned, for whatever reason."""

    @replace(AsyncResult, "wait")
    def wait(original, self, timeout=None):
        original(self, timeout)
        self.was_waited_for = True

    @replace(AsyncResult, "ready")
    def ready(original, self):
        return original(self) or (_is_the_programs() and hasattr(self, "was_waited_for"))


@lie(
    AsyncResult,
    "successful",
    caught_by=[
        "pool.successful.too-early-for-a-map",
        "pool.successful.too-early-raises",
        "pool.threads.results-tell",
    ],
)
def successful_is_false_before(original, self):
    """successful() is False as long as there is no result."""
    return self.ready() and original(self)


@lie(
    AsyncResult,
    "successful",
    caught_by=[
        "pool.successful.too-early-raises",
    ],
)
def successful_asserts(original, self):
    """successful() raises AssertionError as long as there is no result."""
    try:
        return original(self)
    except ValueError:
        raise AssertionError from None


@lie(
    AsyncResult,
    "successful",
    caught_by=[
        "pool.apply-async.queues-behind-others",
        "pool.get.short-timeouts",
        "pool.get.timeouts-lose-nothing",
        "pool.get.times-out",
        "pool.ready.false-before-the-end",
        "pool.ready.of-a-map",
        "pool.ready.true-at-the-end",
        "pool.results.early-ends-clean",
        "pool.results.whole-ends-clean",
        "pool.successful.too-early-for-a-map",
        "pool.successful.too-early-raises",
        "pool.threads.callbacks",
        "pool.threads.results-tell",
        "pool.threads.timeouts",
        "pool.wait.times-out",
    ],
)
def successful_waits(original, self):
    """successful() waits for the result."""
    self.wait()
    return original(self)


@lie(
    AsyncResult,
    "successful",
    caught_by=[
        "dummy.thread-pool.failures",
        "dummy.thread-pool.terminate",
        "pool.get.after-terminate",
        "pool.get.raises-each-time",
        "pool.killed.in-task.raises",
        "pool.successful.of-a-failed-map",
        "pool.successful.tells",
        "pool.terminate.while-workers-start",
        "pool.threads.results-tell",
    ],
)
def what_has_ended_is_successful(original, self):
    """successful() is True for a call that has raised."""
    original(self)
    return True
