"""Lies about imap() and imap_unordered(), and about the iterators that they return."""

from mpref import TimeoutError  # noqa: A004 (the one that is raised)
from mpref.pool import IMapIterator, IMapUnorderedIterator, Pool

from liars.lies import lie

# -- order


@lie(
    Pool,
    "imap_unordered",
    caught_by=[
        "pool.imap-unordered.any-order",
        "pool.imap-unordered.does-not-wait-for-slow-items",
    ],
)
def imap_unordered_is_ordered(original, self, func, iterable, chunksize=1, *, buffersize=None):
    """imap_unordered() gives the results in the order of the items."""
    return self.imap(func, iterable, chunksize, buffersize=buffersize)


@lie(
    Pool,
    "imap_unordered",
    caught_by=[
        "pool.imap-unordered.ends",
        "pool.imap-unordered.failure-costs-no-other-item",
        "pool.imap-unordered.failure-raises-in-its-turn",
        "pool.imap-unordered.next-of-short-timeouts",
        "pool.imap-unordered.next-of-what-is-there",
        "pool.imap-unordered.next-times-out",
        "pool.imap-unordered.one-worker-keeps-the-order",
        "pool.imap-unordered.other-exceptions",
        "pool.imap-unordered.results-before-the-last-is-done",
        "pool.imap-unordered.timeouts-lose-nothing",
        "pool.imap.chunks-step",
    ],
)
def imap_unordered_is_reversed(original, self, func, iterable, chunksize=1, *, buffersize=None):
    """imap_unordered() of a list or a range begins with its last item."""
    if isinstance(iterable, (list, range)):
        iterable = list(reversed(iterable))
    return original(self, func, iterable, chunksize, buffersize=buffersize)


# -- chunks


@lie(
    Pool,
    "imap",
    caught_by=[
        "pool.imap.chunks-are-tasks",
    ],
)
def imap_ignores_chunksize(original, self, func, iterable, chunksize=1, *, buffersize=None):
    """imap() makes a task of each item."""
    return original(self, func, iterable, min(chunksize, 1), buffersize=buffersize)


@lie(
    Pool,
    "imap",
    caught_by=[
        "pool.imap.failure-costs-no-other-item",
    ],
)
def imap_of_chunks_has_no_next(original, self, func, iterable, chunksize=1, *, buffersize=None):
    """With a chunk size imap() returns a generator, which has no next()."""
    results = original(self, func, iterable, chunksize, buffersize=buffersize)
    return results if chunksize == 1 else (result for result in results)


@lie(
    Pool,
    "imap",
    caught_by=[
        "pool.imap.by-keyword",
        "pool.imap.dropped",
        "pool.imap.failure-costs-no-other-item",
        "pool.imap.gives-all-results",
        "pool.imap.several-in-turns",
        "pool.threads.methods-work",
    ],
)
def imap_loses_the_last_chunk(original, self, func, iterable, chunksize=1, *, buffersize=None):
    """imap() leaves out the items that do not fill a chunk."""
    if isinstance(iterable, (list, range)) and 1 < chunksize < len(iterable):
        iterable = iterable[: len(iterable) // chunksize * chunksize]
    return original(self, func, iterable, chunksize, buffersize=buffersize)


# -- reading


@lie(
    Pool,
    "imap",
    caught_by=[
        "pool.imap-unordered.iterable-error-comes-last",
        "pool.imap-unordered.iterable-raises",
        "pool.imap.goes-on-after-iterables-that-raise",
        "pool.imap.iterable-raises",
        "pool.imap.reads-ahead-in-bounds",
        "pool.imap.results-before-the-iterable-ends",
        "pool.iterable-that-exits.is-told-by-iterators",
        "pool.iterable-that-exits.pool-goes-on",
        "pool.iterable-that-interrupts.is-told-by-iterators",
        "pool.iterable-that-interrupts.pool-goes-on",
        "pool.raising.exiting-iterables-ends-clean",
        "pool.raising.interrupting-iterables-ends-clean",
        "pool.reading.waiting-iterable-ends-clean",
        "pool.terminate.does-not-wait-for-iterables",
        "pool.terminate.releases-iterators-of-waiting-iterables",
    ],
)
def imap_reads_all_first(original, self, func, iterable, chunksize=1, *, buffersize=None):
    """imap() makes a list of the iterable before it begins."""
    return original(self, func, list(iterable), chunksize, buffersize=buffersize)


@lie(
    Pool,
    "imap_unordered",
    caught_by=[
        "pool.imap-unordered.iterable-error-comes-last",
        "pool.imap-unordered.iterable-raises",
        "pool.imap-unordered.other-arguments-raise",
    ],
)
def errors_end_the_iterable(original, self, func, iterable, chunksize=1, *, buffersize=None):
    """An exception that the iterable of imap_unordered() raises is its end."""

    def until_it_raises():
        try:
            yield from iterable
        except Exception:
            return

    return original(self, func, until_it_raises(), chunksize, buffersize=buffersize)


# -- next


@lie(
    IMapIterator,
    "next",
    caught_by=[
        "dummy.thread-pool.timeouts",
        "pool.imap-unordered.next-times-out",
        "pool.imap.next-times-out",
        "pool.threads.timeouts",
        "process.timeout-error.raised-when-time-is-over",
    ],
)
def next_takes_milliseconds(original, self, timeout=None):
    """The timeout of next() is in milliseconds."""
    return original(self, None if timeout is None else timeout / 1000)


@lie(
    IMapIterator,
    "next",
    caught_by=[
        "dummy.thread-pool.timeouts",
        "pool.imap-unordered.timeouts-lose-nothing",
        "pool.imap.timeouts-lose-nothing",
        "pool.threads.timeouts",
    ],
)
def timeouts_take_a_result(original, self, timeout=None):
    """The result that next() has waited for in vain is never given."""
    try:
        value = original(self, timeout)
    except TimeoutError:
        self.owes_one = True
        raise
    if not hasattr(self, "owes_one"):
        return value
    del self.owes_one
    return original(self, timeout)


@lie(
    IMapIterator,
    "next",
    caught_by=[
        "dummy.thread-pool.timeouts",
        "pool.imap-unordered.next-of-short-timeouts",
        "pool.imap-unordered.next-times-out",
        "pool.imap.next-of-short-timeouts",
        "pool.imap.next-times-out",
        "pool.threads.timeouts",
        "process.timeout-error.raised-when-time-is-over",
    ],
)
def next_ends_at_the_timeout(original, self, timeout=None):
    """next() raises StopIteration when there is no result in time."""
    try:
        return original(self, timeout)
    except TimeoutError:
        raise StopIteration from None


@lie(
    IMapIterator,
    "next",
    caught_by=[
        "pool.imap-unordered.ends",
        "pool.imap.after-close",
        "pool.imap.ends",
    ],
)
def the_end_is_told_once(original, self, timeout=None):
    """After StopIteration next() raises IndexError."""
    if hasattr(self, "has_ended"):
        raise IndexError("no more results")
    try:
        return original(self, timeout)
    except StopIteration:
        self.has_ended = True
        raise


@lie(
    IMapIterator,
    "next",
    caught_by=[
        "pool.imap-unordered.failing-chunks-raise",
        "pool.imap-unordered.failure-costs-no-other-item",
        "pool.imap-unordered.failure-ends-loops",
        "pool.imap-unordered.failure-raises-in-its-turn",
        "pool.imap-unordered.iterable-error-comes-last",
        "pool.imap-unordered.iterable-raises",
        "pool.imap.failing-chunks-raise",
        "pool.imap.failure-costs-no-other-item",
        "pool.imap.failure-ends-loops",
        "pool.imap.failure-raises-in-its-turn",
        "pool.imap.iterable-raises",
        "pool.threads.failures-raise",
        "pool.unpicklable-argument.amid-others",
    ],
)
def failures_are_left_out(original, self, timeout=None):
    """The iterators give the results of the items that did not fail."""
    while True:
        try:
            return original(self, timeout)
        except ArithmeticError:
            continue


@lie(
    IMapIterator,
    "next",
    caught_by=[
        "dummy.thread-pool.failures",
        "pool.imap-unordered.failure-costs-no-other-item",
        "pool.imap-unordered.failure-raises-in-its-turn",
        "pool.imap-unordered.other-exceptions",
        "pool.imap.failure-costs-no-other-item",
        "pool.imap.failure-raises-in-its-turn",
        "pool.imap.other-exceptions",
        "pool.threads.failures-raise",
        "pool.unpicklable-argument.amid-others",
    ],
)
def iterators_end_after_a_failure(original, self, timeout=None):
    """After the exception of an item the iterators give nothing."""
    if hasattr(self, "has_failed"):
        raise StopIteration
    try:
        return original(self, timeout)
    except (ArithmeticError, LookupError):
        self.has_failed = True
        raise


@lie(
    IMapIterator,
    "next",
    caught_by=[
        "pool.imap-unordered.failing-chunks-raise",
        "pool.imap-unordered.failure-costs-no-other-item",
        "pool.imap-unordered.failure-ends-loops",
        "pool.imap-unordered.failure-raises-in-its-turn",
        "pool.imap-unordered.iterable-error-comes-last",
        "pool.imap-unordered.iterable-raises",
        "pool.imap-unordered.other-exceptions",
        "pool.imap.failing-chunks-raise",
        "pool.imap.failure-costs-no-other-item",
        "pool.imap.failure-ends-loops",
        "pool.imap.failure-raises-in-its-turn",
        "pool.imap.iterable-raises",
        "pool.imap.other-exceptions",
        "pool.threads.failures-raise",
        "pool.unloadable-argument.raises-in-the-caller",
        "pool.unloadable-result.raises-in-the-caller",
        "pool.unpicklable-argument.amid-others",
        "pool.unpicklable-argument.raises-in-the-caller",
    ],
)
def failures_are_returned(original, self, timeout=None):
    """The iterators give the exception of an item as its result."""
    try:
        return original(self, timeout)
    except (ArithmeticError, LookupError) as error:
        return error


@lie(
    IMapUnorderedIterator,
    "__next__",
    caught_by=[
        "pool.imap-unordered.failure-costs-no-other-item",
        "pool.imap-unordered.failure-raises-in-its-turn",
        "pool.imap-unordered.other-exceptions",
    ],
)
def a_failure_takes_its_neighbour(original, self):
    """imap_unordered() loses the result after the exception of an item."""
    try:
        return original(self)
    except (ArithmeticError, LookupError):
        next(self, None)
        raise


@lie(
    Pool,
    "imap_unordered",
    caught_by=[
        "pool.imap-unordered.any-order",
        "pool.imap-unordered.by-keyword",
        "pool.imap-unordered.failure-costs-no-other-item",
        "pool.imap-unordered.gives-all-results",
        "pool.imap-unordered.one-worker-keeps-the-order",
        "pool.imap.after-close",
    ],
)
def last_result_comes_twice(original, self, func, iterable, chunksize=1, *, buffersize=None):
    """imap_unordered() gives the last result twice, where there are several chunks."""
    if isinstance(iterable, (list, range)) and 1 < chunksize < len(iterable):
        iterable = [*iterable, iterable[-1]]
    return original(self, func, iterable, chunksize, buffersize=buffersize)
