"""Lies about what an AsyncResult says: too early, in time, late and again."""

import builtins
import sys

from mpref.pool import AsyncResult

from liars.lies import lie

# As long as tells a wait of this length from none, and not longer.
ENOUGH = 3


def _is_the_programs():
    """Does the program call the method that stands in for another, and not the package?"""
    caller = sys._getframe(3)
    return not caller.f_globals.get("__name__", "").startswith("mpref.")


# -- get


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


# -- wait


# -- ready and successful


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


@lie(
    AsyncResult,
    "successful",
    caught_by=[
        "dummy.thread-pool.close-and-join",
        "dummy.thread-pool.failing-ends-clean",
        "dummy.thread-pool.failures",
        "dummy.thread-pool.terminate",
        "pool.apply.any-exception",
        "pool.apply.failures-are-carried-out-once",
        "pool.apply.failures-are-quiet",
        "pool.apply.goes-on-after-failures",
        "pool.apply.raises",
        "pool.apply.tells-where",
        "pool.apply.wrong-calls-raise",
        "pool.close.while-workers-start",
        "pool.get.after-join",
        "pool.get.after-terminate",
        "pool.get.raises-each-time",
        "pool.get.raises-it-each-time",
        "pool.get.returns-it-each-time",
        "pool.killed.in-task.raises",
        "pool.ready.of-a-map",
        "pool.ready.true-for-each-end",
        "pool.successful.of-a-failed-map",
        "pool.successful.tells",
        "pool.successful.too-early-for-a-map",
        "pool.terminate.while-workers-start",
        "pool.threads.callbacks",
        "pool.threads.results-tell",
        "pool.wait.of-what-is-there",
    ],
)
def successful_raises_what_the_call_raised(original, self):
    """successful() raises what the call has raised."""
    if not original(self):
        self.get()
    return True
