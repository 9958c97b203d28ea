"""Lies about the workers: how many, how long they live, and what each of them begins with."""

import functools
import os
import warnings

import mpref
from mpref.pool import Pool

from liars.lies import lie

# -- how many


@lie(
    Pool,
    "__init__",
    caught_by=[
        "pool.making.default-size",
    ],
)
def default_is_a_worker_more(
    original, self, processes=None, initializer=None, initargs=(), maxtasksperchild=None,
    context=None,
):  # fmt: skip
    """Without a number a pool has a worker more than there are CPUs."""
    size = os.cpu_count() + 1 if processes is None else processes
    original(self, size, initializer, initargs, maxtasksperchild, context)


# -- how long


@lie(
    Pool,
    "__init__",
    caught_by=[
        "pool.class.takes-all-parameters",
        "pool.limit.counts-chunks",
        "pool.limit.counts-failures",
        "pool.limit.holds-for-each",
        "pool.limit.keeps-the-size",
        "pool.limit.loses-nothing",
        "pool.limit.tasks-per-worker",
        "pool.making.limit-replaces-workers",
        "pool.map.chunks-are-tasks",
        "pool.starmap.chunks-are-tasks",
    ],
)
def limit_is_ignored(
    original, self, processes=None, initializer=None, initargs=(), maxtasksperchild=None,
    context=None,
):  # fmt: skip
    """Workers are not replaced, whatever maxtasksperchild is."""
    original(self, processes, initializer, initargs, None, context)


@lie(
    Pool,
    "__init__",
    caught_by=[
        "pool.limit.counts-chunks",
        "pool.limit.counts-failures",
        "pool.limit.holds-for-each",
        "pool.limit.keeps-the-size",
        "pool.limit.loses-nothing",
        "pool.limit.tasks-per-worker",
        "pool.map.chunks-are-tasks",
    ],
)
def limit_is_one_more(
    original, self, processes=None, initializer=None, initargs=(), maxtasksperchild=None,
    context=None,
):  # fmt: skip
    """A worker does a task more than maxtasksperchild."""
    limit = maxtasksperchild
    if isinstance(limit, int) and limit > 0:
        limit += 1
    original(self, processes, initializer, initargs, limit, context)


# -- initializers


@lie(
    Pool,
    "__init__",
    caught_by=[
        "pool.class.takes-all-parameters",
        "pool.close.while-workers-start",
        "pool.ending.starting-ends-clean",
        "pool.initializer.before-tasks",
        "pool.initializer.hands-on-shared-objects",
        "pool.initializer.in-each-worker",
        "pool.limit.new-workers-are-initialized",
        "pool.making.initializer-gets-initargs",
        "pool.workers.first-things-ends-clean",
        "pool.workers.shared-ends-clean",
    ],
)
def initargs_are_dropped(
    original, self, processes=None, initializer=None, initargs=(), maxtasksperchild=None,
    context=None,
):  # fmt: skip
    """The initializer is called without arguments."""
    original(self, processes, initializer, (), maxtasksperchild, context)


@lie(
    Pool,
    "__init__",
    caught_by=[
        "pool.making.initializer-gets-initargs",
    ],
)
def initargs_in_a_list_are_one(
    original, self, processes=None, initializer=None, initargs=(), maxtasksperchild=None,
    context=None,
):  # fmt: skip
    """Arguments of the initializer in a list reach it as one."""
    given = (initargs,) if isinstance(initargs, list) else initargs
    original(self, processes, initializer, given, maxtasksperchild, context)


@lie(
    Pool,
    "__init__",
    caught_by=[
        "pool.initializer-that-exits.is-told",
        "pool.initializer-that-raises.is-told",
        "pool.limit.new-workers-are-initialized",
    ],
)
def initializer_is_for_the_first_generation(
    original, self, processes=None, initializer=None, initargs=(), maxtasksperchild=None,
    context=None,
):  # fmt: skip
    """Workers that take the place of others do not call the initializer."""
    if initializer is not None and callable(initializer):
        initializer = _Few(initializer, processes)
    original(self, processes, initializer, initargs, maxtasksperchild, context)


class _Few:
    """An initializer of which so many calls, in all workers together, have an effect."""

    def __init__(self, initializer, count):
        self.initializer = initializer
        self.left = mpref.Semaphore(count)

    def __call__(self, *args):
        if self.left.acquire(block=False):
            self.initializer(*args)


@lie(
    Pool,
    "__init__",
    caught_by=[
        "pool.initializer-that-raises.is-told",
    ],
)
def failed_initializers_do_no_harm(
    original, self, processes=None, initializer=None, initargs=(), maxtasksperchild=None,
    context=None,
):  # fmt: skip
    """A worker goes on when its initializer has raised."""
    if initializer is not None and callable(initializer):
        initializer = functools.partial(_try, initializer)
    original(self, processes, initializer, initargs, maxtasksperchild, context)


def _try(initializer, *args):
    try:
        initializer(*args)
    except Exception:
        return


# -- contexts


@lie(
    Pool,
    "__init__",
    caught_by=[
        "pool.context.global-forkserver-starts-workers",
        "pool.context.global-spawn-starts-workers",
        "pool.context.none-fixes-the-start-method",
    ],
)
def pools_always_fork(
    original, self, processes=None, initializer=None, initargs=(), maxtasksperchild=None,
    context=None,
):  # fmt: skip
    """Without a context workers are started by fork."""
    context = context or mpref.get_context("fork")
    original(self, processes, initializer, initargs, maxtasksperchild, context)


@lie(
    Pool,
    "__init__",
    caught_by=[
        "pool.context.none-fixes-the-start-method",
    ],
)
def pools_leave_the_start_method(
    original, self, processes=None, initializer=None, initargs=(), maxtasksperchild=None,
    context=None,
):  # fmt: skip
    """A pool without a context does not fix the global start method."""
    if context is None:
        method = mpref.get_start_method(allow_none=True) or mpref.get_all_start_methods()[0]
        context = mpref.get_context(method)
    original(self, processes, initializer, initargs, maxtasksperchild, context)


# -- who makes them, and where


@lie(
    Pool,
    "__init__",
    caught_by=[
        "pool.orphans.busy-workers-end",
        "pool.orphans.idle-workers-end",
        "pool.users.by-children-ends-clean",
        "pool.users.of-a-child",
        "pool.users.of-a-childs-thread",
        "pool.users.of-a-grandchild",
        "pool.users.orphaned-ends-clean",
    ],
)
def children_have_no_pools(
    original, self, processes=None, initializer=None, initargs=(), maxtasksperchild=None,
    context=None,
):  # fmt: skip
    """A child can't make a pool."""
    if mpref.parent_process() is not None:
        raise AssertionError("only the main process can have a pool")
    original(self, processes, initializer, initargs, maxtasksperchild, context)


@lie(
    Pool,
    "__init__",
    caught_by=[
        "pool.examples.strict",
    ],
)
def pools_warn_of_threads(
    original, self, processes=None, initializer=None, initargs=(), maxtasksperchild=None,
    context=None,
):  # fmt: skip
    """Pool() warns that it starts threads."""
    warnings.warn("a pool starts threads", DeprecationWarning, stacklevel=2)
    original(self, processes, initializer, initargs, maxtasksperchild, context)
