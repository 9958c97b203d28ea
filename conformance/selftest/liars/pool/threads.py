"""Lies about ThreadPool: where it differs from a pool of processes."""

import pickle

from mpref.pool import ThreadPool

from liars.lies import lie


def _copy(value):
    return pickle.loads(pickle.dumps(value))


@lie(
    ThreadPool,
    "map_async",
    caught_by=[
        "dummy.thread-pool.failures",
        "dummy.thread-pool.methods-work",
        "dummy.thread-pool.results-are-async-results",
        "dummy.thread-pool.shares-objects",
        "pool.threads.pickle-nothing",
    ],
)
def thread_pool_pickles_functions(
    original, self, func, iterable, chunksize=None, callback=None, error_callback=None
):
    """map_async() of a ThreadPool pickles its function."""
    pickle.dumps(func)
    return original(self, func, iterable, chunksize, callback, error_callback)


@lie(
    ThreadPool,
    "apply",
    caught_by=[
        "pool.threads.pickle-nothing",
    ],
)
def thread_pool_copies_results(original, self, func, args=(), kwds={}):
    """apply() of a ThreadPool returns a copy of the result, where there can be one."""
    value = original(self, func, args, kwds)
    try:
        return _copy(value)
    except Exception:
        return None


@lie(
    ThreadPool,
    "starmap",
    caught_by=[
        "dummy.thread-pool.methods-work",
        "dummy.thread-pool.results-are-async-results",
        "dummy.thread-pool.shares-objects",
        "pool.threads.methods-work",
    ],
)
def thread_pool_does_not_unpack(original, self, func, iterable, chunksize=None):
    """starmap() of a ThreadPool gives each item to the function as one argument."""
    return self.map(func, iterable, chunksize)


@lie(
    ThreadPool,
    "imap",
    caught_by=[
        "dummy.thread-pool.failures",
        "dummy.thread-pool.methods-work",
        "dummy.thread-pool.results-are-async-results",
        "dummy.thread-pool.shares-objects",
        "dummy.thread-pool.timeouts",
        "pool.threads.callbacks",
        "pool.threads.failures-raise",
        "pool.threads.results-tell",
        "pool.threads.timeouts",
    ],
)
def thread_pool_gives_a_generator(original, self, func, iterable, chunksize=1, *, buffersize=None):
    """imap() of a ThreadPool has no next(), as a generator has not."""
    results = original(self, func, iterable, chunksize, buffersize=buffersize)
    return (result for result in results)


@lie(
    ThreadPool,
    "__init__",
    caught_by=[
        "dummy.thread-pool.other-parameters-raise",
        "pool.threads.lacks-two-parameters",
    ],
)
def thread_pool_takes_a_context(
    original, self, processes=None, initializer=None, initargs=(), context=None
):
    """ThreadPool() takes a context, and ignores it."""
    original(self, processes, initializer, initargs)


@lie(
    ThreadPool,
    "__init__",
    caught_by=[
        "dummy.thread-pool.processes-none",
    ],
)
def thread_pool_of_none_has_one_thread(
    original, self, processes=None, initializer=None, initargs=()
):
    """A ThreadPool without a number has one thread."""
    original(self, 1 if processes is None else processes, initializer, initargs)


@lie(
    ThreadPool,
    "__exit__",
    caught_by=[
        "dummy.thread-pool.close-and-join",
        "dummy.thread-pool.terminate",
        "dummy.thread-pool.with",
        "pool.threads.terminate",
        "pool.threads.with",
    ],
)
def thread_pool_stays_open(original, self, kind, value, traceback):
    """The end of a with block does nothing to a ThreadPool."""


@lie(
    ThreadPool,
    "join",
    caught_by=[
        "dummy.thread-pool.close-and-join",
        "dummy.thread-pool.terminate",
        "dummy.thread-pool.with",
        "pool.threads.close",
    ],
)
def thread_pool_joins_what_runs(original, self):
    """join() of a ThreadPool closes it before."""
    self.close()
    original(self)
