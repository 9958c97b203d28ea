"""Lies about apply(), map() and starmap(): what is called with what, and how often."""

import functools
import itertools

from mpref.pool import Pool

from liars.lies import lie

# -- apply


@lie(
    Pool,
    "apply",
    caught_by=[
        "dummy.thread-pool.methods-work",
        "pool.apply.any-keywords-travel",
        "pool.apply.arguments-are-optional",
        "pool.apply.by-keyword",
        "pool.apply.calls-with-arguments",
        "pool.threads.methods-work",
    ],
)
def apply_drops_kwds(original, self, func, args=(), kwds={}):
    """apply() calls its function without the keyword arguments."""
    return original(self, func, args)


@lie(
    Pool,
    "apply_async",
    caught_by=[
        "pool.apply-async.any-keywords-travel",
        "pool.apply.any-keywords-travel",
    ],
)
def own_names_are_no_keywords(
    original, self, func, args=(), kwds={}, callback=None, error_callback=None
):
    """Keyword arguments named like a parameter of the pool's method do not reach the function."""
    given = {name: value for name, value in kwds.items() if name not in ("self", "func", "args")}
    return original(self, func, args, given, callback, error_callback)


@lie(
    Pool,
    "apply_async",
    caught_by=[
        "pool.apply-async.calls-with-arguments",
        "pool.apply.calls-with-arguments",
    ],
)
def lists_are_one_argument(
    original, self, func, args=(), kwds={}, callback=None, error_callback=None
):
    """Arguments in a list reach the function as one argument."""
    given = args if isinstance(args, tuple) else (args,)
    return original(self, func, given, kwds, callback, error_callback)


@lie(
    Pool,
    "apply",
    caught_by=[
        "pool.apply.other-arguments-raise",
    ],
)
def apply_takes_callbacks(original, self, func, args=(), kwds={}, callback=None):
    """apply() takes a callback, as apply_async() does."""
    return self.apply_async(func, args, kwds, callback).get()


@lie(
    Pool,
    "apply",
    caught_by=[
        "pool.apply.any-exception",
        "pool.apply.raises",
        "pool.apply.tells-where",
        "pool.apply.wrong-calls-raise",
        "pool.killed.waited-for.all-waits-end",
        "pool.limit.counts-failures",
        "pool.scarce.worker-memory.raises",
        "pool.threads.failures-raise",
        "pool.unpicklable-function.raises-in-the-caller",
        "pool.users.of-a-child",
        "pool.users.of-a-childs-thread",
        "pool.users.of-a-grandchild",
        "pool.users.of-any-thread",
    ],
)
def apply_returns_exceptions(original, self, func, args=(), kwds={}):
    """apply() returns the exception that its call has raised."""
    result = self.apply_async(func, args, kwds)
    try:
        return result.get()
    except Exception as error:
        return error


@lie(
    Pool,
    "apply_async",
    caught_by=[
        "pool.apply-async.any-keywords-travel",
        "pool.apply.any-keywords-travel",
        "pool.apply.failures-are-carried-out-once",
    ],
)
def failures_are_tried_again(
    original, self, func, args=(), kwds={}, callback=None, error_callback=None
):
    """A call that raises is carried out a second time."""
    return original(self, functools.partial(_try_again, func), args, kwds, callback, error_callback)


def _try_again(func, *args, **kwargs):
    try:
        return func(*args, **kwargs)
    except Exception:
        return func(*args, **kwargs)


# -- map


@lie(
    Pool,
    "map",
    caught_by=[
        "pool.argument-that-exits.raises-in-the-caller",
        "pool.argument-that-interrupts.raises-in-the-caller",
        "pool.exiting-argument.raises-in-the-caller",
        "pool.lambda-argument.raises-in-the-caller",
        "pool.unloadable-argument.raises-in-the-caller",
        "pool.unpicklable-argument.raises-in-the-caller",
    ],
)
def single_items_stay_here(original, self, func, iterable, chunksize=None):
    """map() of one item calls the function itself."""
    items = list(iterable)
    self.map_async(func, [], chunksize)
    return list(map(func, items)) if len(items) == 1 else original(self, func, items, chunksize)


@lie(
    Pool,
    "map",
    caught_by=[
        "dummy.thread-pool.methods-work",
        "pool.map.empty",
        "pool.map.nothing",
        "pool.threads.methods-work",
    ],
)
def map_of_nothing_is_none(original, self, func, iterable, chunksize=None):
    """map() of an empty iterable returns None."""
    return original(self, func, iterable, chunksize) or None


@lie(
    Pool,
    "map",
    caught_by=[
        "pool.map.length-is-a-hint",
    ],
)
def map_stops_at_the_length(original, self, func, iterable, chunksize=None):
    """map() takes so many items as the iterable says that it has."""
    if hasattr(iterable, "__len__"):
        iterable = list(itertools.islice(iterable, len(iterable)))
    return original(self, func, iterable, chunksize)


@lie(
    Pool,
    "map",
    caught_by=[
        "dummy.thread-pool.failures",
        "pool.map.raises-for-all",
        "pool.map.raises-for-the-first",
        "pool.map.raises-for-the-last",
        "pool.map.raises-for-the-middle",
        "pool.map.raises-one-of-several",
        "pool.threads.failures-raise",
    ],
)
def map_leaves_failures_out(original, self, func, iterable, chunksize=None):
    """map() gives the results of the items that did not fail."""
    result = self.map_async(functools.partial(_attempt, func), iterable, chunksize)
    return [value for each in result.get() for value in each]


def _attempt(func, item):
    try:
        return [func(item)]
    except Exception:
        return []


@lie(
    Pool,
    "map_async",
    caught_by=[
        "pool.iterable-that-exits.raises-in-map",
        "pool.iterable-that-interrupts.raises-in-map",
        "pool.map.any-iterable",
        "pool.map.iterable-raises",
        "pool.map.nothing",
    ],
)
def map_takes_lists_only(
    original, self, func, iterable, chunksize=None, callback=None, error_callback=None
):
    """An iterable without a length raises TypeError."""
    len(iterable)
    return original(self, func, iterable, chunksize, callback, error_callback)


@lie(
    Pool,
    "map",
    caught_by=[
        "pool.close.refuses-after-join",
        "pool.close.refuses-more",
        "pool.terminate.refuses-work",
        "pool.with.refuses-work",
    ],
)
def closed_pools_map_nothing(original, self, func, iterable, chunksize=None):
    """map() of an empty iterable is not refused by a pool that is closed."""
    items = list(iterable)
    return original(self, func, items, chunksize) if items else []


@lie(
    Pool,
    "map",
    caught_by=[
        "pool.map.many-items",
    ],
)
def long_maps_are_cut(original, self, func, iterable, chunksize=None):
    """map() takes the first 16,384 items of what it is given."""
    return original(self, func, list(itertools.islice(iterable, 16384)), chunksize)


# -- chunks


@lie(
    Pool,
    "map",
    caught_by=[
        "dummy.thread-pool.methods-work",
        "pool.map.any-chunksize",
        "pool.map.any-iterable",
        "pool.map.by-keyword",
        "pool.map.by-position",
        "pool.map.length-is-a-hint",
        "pool.map.many-items",
        "pool.map.many-items-once",
        "pool.threads.methods-work",
    ],
)
def map_loses_what_fills_no_chunk(original, self, func, iterable, chunksize=None):
    """map() leaves out the items that do not fill a chunk."""
    items = list(iterable)
    if isinstance(chunksize, int) and 0 < chunksize < len(items):
        items = items[: len(items) // chunksize * chunksize]
    return original(self, func, items, chunksize)


@lie(
    Pool,
    "starmap",
    caught_by=[
        "pool.map.runs-side-by-side",
    ],
)
def starmap_has_larger_chunks(original, self, func, iterable, chunksize=None):
    """The chunks of starmap() have one item more than they were to have."""
    return original(self, func, iterable, chunksize and chunksize + 1)


# -- starmap


@lie(
    Pool,
    "starmap",
    caught_by=[
        "pool.starmap.unpacks-any-iterable",
    ],
)
def dicts_are_keywords(original, self, func, iterable, chunksize=None):
    """starmap() unpacks items that are dicts as keyword arguments."""
    call = functools.partial(_call, func)
    return self.map_async(call, iterable, chunksize).get()


def _call(func, item):
    return func(**item) if isinstance(item, dict) else func(*item)


@lie(
    Pool,
    "starmap",
    caught_by=[
        "pool.applying.proxies-ends-clean",
        "pool.map.iterable-raises",
        "pool.map.keeps-the-order",
        "pool.map.runs-side-by-side",
        "pool.starmap.proxies-travel",
    ],
)
def starmap_wants_pairs(original, self, func, iterable, chunksize=None):
    """starmap() calls its function with the first two of each item's arguments."""
    items = [tuple(itertools.islice(item, 2)) for item in iterable]
    return original(self, func, items, chunksize)
