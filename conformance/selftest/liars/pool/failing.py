"""Lies about what goes wrong: calls that raise, results that can't be sent, workers that die."""

import functools
import traceback

from mpref.pool import AsyncResult, IMapIterator, MaybeEncodingError, Pool, WorkerDied

from liars.lies import lie, replace

# -- calls that raise


@lie(
    AsyncResult,
    "get",
    caught_by=[
        "pool.apply.tells-where",
    ],
)
def exceptions_come_without_their_origin(original, self, timeout=None):
    """The exception that get() raises does not say where in the worker it was raised."""
    try:
        return original(self, timeout)
    except Exception as error:
        error.__cause__ = None
        raise


def _print(func, *args, **kwargs):
    try:
        return func(*args, **kwargs)
    except Exception:
        traceback.print_exc()
        raise


@lie(
    Pool,
    "apply_async",
    caught_by=[
        "pool.apply.any-exception",
    ],
)
def stop_iteration_is_no_error(
    original, self, func, args=(), kwds={}, callback=None, error_callback=None
):
    """A call that raises StopIteration returns None."""
    return original(self, functools.partial(_next, func), args, kwds, callback, error_callback)


def _next(func, *args, **kwargs):
    try:
        return func(*args, **kwargs)
    except StopIteration:
        return None


@lie(
    caught_by=[
        "pool.map.goes-on-after-failures",
        "pool.map.goes-on-after-iterables-that-raise",
        "pool.map.goes-on-after-measured-iterables",
        "pool.map.raises-one-of-several",
        "pool.unpicklable-function.pool-goes-on",
    ]
)
def a_failure_breaks_the_pool():
    """After a map that has failed map() raises its exception again."""

    @replace(Pool, "map")
    def map_(original, self, func, iterable, chunksize=None):
        if hasattr(self, "failure"):
            raise self.failure
        try:
            return original(self, func, iterable, chunksize)
        except ArithmeticError as error:
            self.failure = error
            raise


@lie(
    AsyncResult,
    "get",
    caught_by=[
        "pool.exception-of-unpicklables.raises-in-the-caller",
        "pool.exiting-argument.raises-in-the-caller",
        "pool.exiting-result.raises-in-the-caller",
        "pool.generator-result.raises-in-the-caller",
        "pool.lambda-result.raises-in-the-caller",
        "pool.result-that-exits.raises-in-the-caller",
        "pool.result-that-interrupts.raises-in-the-caller",
        "pool.unpicklable-result.raises-in-the-caller",
        "pool.unshowable-result.raises-in-the-caller",
    ],
)
def unsent_results_are_none(original, self, timeout=None):
    """get() returns None for a result that can't be pickled."""
    try:
        return original(self, timeout)
    except MaybeEncodingError:
        return None


# -- workers that die


@lie(
    AsyncResult,
    "get",
    caught_by=[
        "pool.argument-that-exits.raises-in-the-caller",
        "pool.argument-that-interrupts.raises-in-the-caller",
        "pool.initializer-that-exits.is-told",
        "pool.initializer-that-raises.is-told",
        "pool.keyboard-interrupt.raises-in-the-caller",
        "pool.killed.closed.settles",
        "pool.killed.exits.raise",
        "pool.killed.in-all-tasks.raise",
        "pool.killed.in-map.raises",
        "pool.killed.in-task.error-names-the-process",
        "pool.killed.in-task.raises",
        "pool.killed.limited.settles",
        "pool.killed.loading.raises",
        "pool.killed.replying.settles",
        "pool.killed.waited-for.all-waits-end",
        "pool.sys-exit-with-text.raises-in-the-caller",
        "pool.sys-exit.raises-in-the-caller",
    ],
)
def killed_calls_return_none(original, self, timeout=None):
    """get() returns None for a call whose worker was killed."""
    try:
        return original(self, timeout)
    except WorkerDied:
        return None


@lie(
    AsyncResult,
    "get",
    caught_by=[
        "pool.killed.in-task.error-names-the-process",
    ],
)
def who_died_is_not_told(original, self, timeout=None):
    """The exception of a call whose worker was killed does not name the process."""
    try:
        return original(self, timeout)
    except WorkerDied as error:
        raise WorkerDied("a worker has died") from error


@lie(
    AsyncResult,
    "successful",
    caught_by=[
        "pool.killed.in-task.raises",
    ],
)
def killed_calls_are_successful(original, self):
    """successful() is True for a call whose worker was killed."""
    if original(self):
        return True
    try:
        self.get()
    except WorkerDied:
        return True
    except BaseException:
        return False


@lie(
    IMapIterator,
    "next",
    caught_by=[
        "pool.killed.in-imap.costs-one-item",
    ],
)
def iterators_end_with_a_worker(original, self, timeout=None):
    """The iterators end when the worker of an item was killed."""
    try:
        return original(self, timeout)
    except WorkerDied:
        raise StopIteration from None


@lie(
    Pool,
    "apply_async",
    caught_by=[
        "pool.killed.callbacks.error-callback-is-called",
    ],
)
def nobody_hears_of_dead_workers(
    original, self, func, args=(), kwds={}, callback=None, error_callback=None
):
    """The error callback is not called when a worker was killed."""

    def call(error):
        if error_callback is not None and not isinstance(error, WorkerDied):
            error_callback(error)

    return original(self, func, args, kwds, callback, call)


@lie(
    caught_by=[
        "pool.killed.in-all-tasks.pool-goes-on",
        "pool.killed.in-all-tasks.raise",
        "pool.killed.in-all-tasks.size-is-restored",
        "pool.killed.in-task.error-names-the-process",
        "pool.killed.in-task.raises",
    ]
)
def killed_calls_are_tried_again():
    """A call whose worker was killed is carried out a second time, when its result is asked for."""

    @replace(Pool, "apply_async")
    def apply_async(original, self, func, args=(), kwds={}, callback=None, error_callback=None):
        result = original(self, func, args, kwds, callback, error_callback)
        result.again = functools.partial(original, self, func, args, kwds)
        return result

    @replace(AsyncResult, "get")
    def get(original, self, timeout=None):
        try:
            return original(self, timeout)
        except WorkerDied:
            if not hasattr(self, "again"):
                raise
            return self.again().get(timeout)
