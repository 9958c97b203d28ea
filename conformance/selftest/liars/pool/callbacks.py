"""Lies about callbacks: when, how often, with what, where they are called."""

import functools
import threading

from mpref.pool import AsyncResult, Pool

from liars.lies import lie, replace


def _twice(callback, value):
    callback(value)
    callback(value)


@lie(
    Pool,
    "apply_async",
    caught_by=[
        "dummy.thread-pool.results-are-async-results",
        "pool.apply-async.callback",
        "pool.apply-async.callback-of-any-value",
        "pool.callbacks.after-close",
        "pool.callbacks.all-are-called",
        "pool.callbacks.any-callable",
        "pool.callbacks.in-this-process",
        "pool.callbacks.may-submit",
        "pool.callbacks.without-keeping-results",
        "pool.limit.loses-nothing",
        "pool.threads.callbacks",
        "pool.users.of-a-child",
        "pool.users.of-a-childs-thread",
        "pool.users.of-a-grandchild",
        "pool.users.of-any-thread",
    ],
)
def callback_is_called_twice(
    original, self, func, args=(), kwds={}, callback=None, error_callback=None
):
    """The callback of apply_async() is called twice."""
    if callback is not None:
        callback = functools.partial(_twice, callback)
    return original(self, func, args, kwds, callback, error_callback)


@lie(
    Pool,
    "apply_async",
    caught_by=[
        "pool.apply-async.one-callback-alone",
    ],
)
def callback_is_for_failures_too(
    original, self, func, args=(), kwds={}, callback=None, error_callback=None
):
    """Without an error callback the callback is called with exceptions, too."""
    return original(self, func, args, kwds, callback, error_callback or callback)


@lie(
    Pool,
    "apply_async",
    caught_by=[
        "pool.apply-async.callback-of-any-value",
        "pool.callbacks.all-are-called",
    ],
)
def callback_is_for_true_values(
    original, self, func, args=(), kwds={}, callback=None, error_callback=None
):
    """The callback is not called with what is false."""

    def call(value):
        if callback is not None and value:
            callback(value)

    return original(self, func, args, kwds, call, error_callback)


@lie(
    Pool,
    "apply_async",
    caught_by=[
        "dummy.thread-pool.failures",
        "pool.apply-async.error-callback",
        "pool.apply-async.error-callback-gets-the-exception",
        "pool.killed.callbacks.error-callback-is-called",
        "pool.threads.callbacks",
    ],
)
def error_callback_gets_a_text(
    original, self, func, args=(), kwds={}, callback=None, error_callback=None
):
    """The error callback is called with the text of the exception."""
    if error_callback is not None:
        tell = error_callback
        error_callback = lambda error: tell(str(error))  # noqa: E731
    return original(self, func, args, kwds, callback, error_callback)


@lie(
    Pool,
    "apply_async",
    caught_by=[
        "pool.callback-that-terminates.releases-others",
        "pool.callback-that-terminates.works",
    ],
)
def callbacks_have_threads_of_their_own(
    original, self, func, args=(), kwds={}, callback=None, error_callback=None
):
    """Each callback of apply_async() is called in a new thread."""

    def call(value):
        if callback is not None:
            thread = threading.Thread(target=callback, args=(value,))
            thread.start()
            thread.join()

    return original(self, func, args, kwds, call, error_callback)


@lie(
    Pool,
    "map_async",
    caught_by=[
        "dummy.thread-pool.results-are-async-results",
        "pool.callbacks.all-are-called",
        "pool.map-async.callback",
        "pool.map-async.callback-gets-the-list",
        "pool.map-async.callback-of-nothing",
    ],
)
def callback_is_called_for_each_item(
    original, self, func, iterable, chunksize=None, callback=None, error_callback=None
):
    """The callback of map_async() is called with each result."""

    def call(values):
        for value in values if callback is not None else ():
            callback(value)

    return original(self, func, iterable, chunksize, call, error_callback)


@lie(
    Pool,
    "map_async",
    caught_by=[
        "pool.map-async.callback-of-nothing",
    ],
)
def callback_of_nothing_is_not_called(
    original, self, func, iterable, chunksize=None, callback=None, error_callback=None
):
    """The callback of map_async() over an empty iterable is not called."""
    items = list(iterable)
    return original(self, func, items, chunksize, callback if items else None, error_callback)


@lie(
    Pool,
    "starmap_async",
    caught_by=[
        "dummy.thread-pool.results-are-async-results",
        "pool.starmap-async.callback",
        "pool.starmap-async.error-callback",
    ],
)
def callbacks_change_places(
    original, self, func, iterable, chunksize=None, callback=None, error_callback=None
):
    """starmap_async() takes its callbacks for each other."""
    return original(self, func, iterable, chunksize, error_callback, callback)


@lie(
    caught_by=[
        "pool.callbacks.after-close",
    ]
)
def closed_pools_call_nobody():
    """After close() no callback is called."""

    @replace(Pool, "close")
    def close(original, self):
        self.is_closed = True
        original(self)

    @replace(Pool, "apply_async")
    def apply_async(original, self, func, args=(), kwds={}, callback=None, error_callback=None):
        def call(value):
            if callback is not None and not hasattr(self, "is_closed"):
                callback(value)

        return original(self, func, args, kwds, call, error_callback)


@lie(
    caught_by=[
        "pool.apply-async.callback-of-any-value",
        "pool.callback-that-exits.result-is-there",
        "pool.callback-that-interrupts.result-is-there",
        "pool.callback-that-raises.result-is-there",
        "pool.callback-that-terminates.releases-others",
        "pool.callback-that-terminates.works",
        "pool.callbacks.after-close",
        "pool.callbacks.any-callable",
        "pool.callbacks.may-close",
        "pool.callbacks.may-submit",
        "pool.callbacks.nested-ends-clean",
        "pool.callbacks.without-keeping-results",
        "pool.killed.callbacks.error-callback-is-called",
    ]
)
def callbacks_wait_to_be_asked():
    """The callback of apply_async() is called when the program calls get() or wait()."""

    @replace(Pool, "apply_async")
    def apply_async(original, self, func, args=(), kwds={}, callback=None, error_callback=None):
        untold = []
        result = original(
            self,
            func,
            args,
            kwds,
            callback and (lambda value: untold.append((callback, value))),
            error_callback and (lambda error: untold.append((error_callback, error))),
        )
        result.untold = untold
        return result

    for name in ("get", "wait"):

        @replace(AsyncResult, name)
        def ask(original, self, timeout=None):
            try:
                return original(self, timeout)
            finally:
                while getattr(self, "untold", None):
                    call, value = self.untold.pop()
                    call(value)


@lie(
    Pool,
    "map_async",
    caught_by=[
        "pool.map-async.error-callback",
        "pool.map-async.error-callback-once",
    ],
)
def error_callback_of_maps_is_ignored(
    original, self, func, iterable, chunksize=None, callback=None, error_callback=None
):
    """The error callback of map_async() is not called."""
    return original(self, func, iterable, chunksize, callback, None)
