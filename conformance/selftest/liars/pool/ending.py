"""Lies about close(), terminate() and join(), and about the with statement."""

import threading
import weakref

from mpref.pool import Pool

from liars.lies import lie, replace

# As long as tells a call that waits from one that returns at once, and not longer.
ENOUGH = 3


def _join_for_a_while(pool):
    thread = threading.Thread(target=pool.join, daemon=True)
    thread.start()
    thread.join(ENOUGH)


@lie(
    Pool,
    "close",
    caught_by=[
        "pool.close.again",
        "pool.ending.ends-in-any-order",
    ],
)
def close_works_once(original, self):
    """close() raises ValueError when it is called again."""
    if hasattr(self, "is_closed"):
        raise ValueError("the pool is closed already")
    self.is_closed = True
    original(self)


@lie(
    caught_by=[
        "pool.terminate.after-close",
    ]
)
def terminate_after_close_does_nothing():
    """terminate() does nothing after close()."""

    @replace(Pool, "close")
    def close(original, self):
        self.is_closed = True
        original(self)

    @replace(Pool, "terminate")
    def terminate(original, self):
        if not hasattr(self, "is_closed"):
            original(self)


@lie(
    Pool,
    "join",
    caught_by=[
        "dummy.thread-pool.close-and-join",
        "pool.ending.ends-in-any-order",
        "pool.join.early-raises",
        "pool.threads.close",
    ],
)
def join_needs_no_close(original, self):
    """join() before close() and terminate() returns."""
    try:
        original(self)
    except ValueError:
        return


@lie(
    Pool,
    "join",
    caught_by=[
        "dummy.thread-pool.close-and-join",
        "dummy.thread-pool.terminate",
        "dummy.thread-pool.with",
        "pool.ending.ended-for-good",
        "pool.ending.ends-in-any-order",
        "pool.join.by-several-and-again",
        "pool.join.early-raises",
        "pool.join.takes-no-timeout",
        "pool.join.waits-for-work",
        "pool.join.waits-for-workers",
        "pool.threads.close",
    ],
)
def join_closes(original, self):
    """join() before close() and terminate() closes the pool."""
    self.close()
    original(self)


@lie(
    Pool,
    "join",
    caught_by=[
        "pool.join.takes-no-timeout",
    ],
)
def join_takes_a_timeout(original, self, timeout=None):
    """join() takes a timeout, as that of a process does."""
    original(self)


# -- with


@lie(
    Pool,
    "__exit__",
    caught_by=[
        "pool.ending.with-block-ends-clean",
        "pool.examples.steps-ends-clean",
        "pool.with.calls-terminate",
        "pool.with.passes-exceptions-on",
        "pool.with.terminates",
        "pool.with.terminates-whichever-way",
    ],
)
def with_closes(original, self, kind, value, traceback):
    """The end of a with block closes the pool."""
    self.close()


@lie(
    Pool,
    "__exit__",
    caught_by=[
        "pool.with.terminates-whichever-way",
    ],
)
def with_closes_after_an_exception(original, self, kind, value, traceback):
    """The end of a with block that raised closes the pool."""
    if kind is None:
        original(self, kind, value, traceback)
    else:
        self.close()


@lie(
    Pool,
    "__exit__",
    caught_by=[
        "pool.with.passes-exceptions-on",
    ],
)
def with_swallows_exceptions(original, self, kind, value, traceback):
    """The end of a with block suppresses exceptions."""
    original(self, kind, value, traceback)
    return True


@lie(
    Pool,
    "__exit__",
    caught_by=[
        "dummy.thread-pool.close-and-join",
        "dummy.thread-pool.terminate",
        "dummy.thread-pool.with",
        "pool.close.refuses-after-join",
        "pool.close.refuses-more",
        "pool.examples.tour",
        "pool.terminate.refuses-work",
        "pool.threads.terminate",
        "pool.threads.with",
        "pool.with.calls-terminate",
        "pool.with.nested",
        "pool.with.refuses-work",
        "pool.with.terminates",
        "pool.with.terminates-whichever-way",
    ],
)
def with_leaves_the_pool_alone(original, self, kind, value, traceback):
    """The end of a with block does nothing."""


@lie(
    Pool,
    "__exit__",
    caught_by=[
        "pool.with.calls-terminate",
    ],
)
def with_passes_over_subclasses(original, self, kind, value, traceback):
    """The end of a with block terminates a pool without calling its terminate()."""
    Pool.terminate(self)


@lie(
    caught_by=[
        "pool.with.nested",
    ]
)
def with_ends_all_pools():
    """The end of a with block terminates all pools that there are."""
    there = weakref.WeakSet()

    @replace(Pool, "__enter__")
    def enter(original, self):
        there.add(self)
        return original(self)

    @replace(Pool, "__exit__")
    def leave(original, self, kind, value, traceback):
        for pool in list(there):
            pool.terminate()


@lie(
    Pool,
    "__enter__",
    caught_by=[
        "dummy.thread-pool.close-and-join",
        "dummy.thread-pool.terminate",
        "dummy.thread-pool.with",
        "pool.class.subclass-works",
        "pool.examples.first",
        "pool.examples.long",
        "pool.examples.short-timeouts",
        "pool.examples.steps",
        "pool.examples.strict",
        "pool.examples.tour",
        "pool.threads.terminate",
        "pool.threads.with",
        "pool.unpicklable-initializer.is-told-or-works",
        "pool.with.calls-terminate",
        "pool.with.gives-the-pool",
    ],
)
def with_gives_nothing(original, self):
    """The with statement gives None."""
    original(self)


@lie(
    Pool,
    "__del__",
    caught_by=[
        "pool.ending.collected-is-terminated",
    ],
)
def dropped_pools_live_on(original, self):
    """A pool that is collected is not terminated."""
