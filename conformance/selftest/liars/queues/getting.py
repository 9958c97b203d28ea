"""Lies about get(), and about what a queue says of itself."""

import queue

import mpref
from mpref._ipc import messages
from mpref.queues import Queue

from liars.lies import lie, replace


@lie(caught_by=["queues.empty.is-empty-for-all"])
def empty_ignores_other_processes():
    """empty() knows only what this process has put and got."""

    @replace(Queue, "get")
    def counting_get(original, self, block=True, timeout=None):
        item = original(self, block, timeout)
        self.balance = getattr(self, "balance", 0) - 1
        return item

    @replace(Queue, "put")
    def counting_put(original, self, obj, block=True, timeout=None):
        original(self, obj, block, timeout)
        self.balance = getattr(self, "balance", 0) + 1

    @replace(Queue, "empty")
    def empty(self):
        return getattr(self, "balance", 0) <= 0


@lie(
    Queue,
    "get",
    caught_by=[
        "queues.get.blocks-for-an-item",
        "queues.get.timed-returns-when-an-item-comes",
    ],
)
def get_waits_a_tenth_of_a_second(original, self, block=True, timeout=None):
    """get() without a timeout waits for a tenth of a second only."""
    return original(self, block, 0.1 if timeout is None else timeout)


@lie(
    Queue,
    "get_nowait",
    caught_by=[
        "queues.empty.is-empty-for-all",
        "queues.get-nowait.raises-empty",
    ],
)
def get_nowait_returns_none(original, self):
    """get_nowait() returns None when the queue is empty."""
    try:
        return original(self)
    except queue.Empty:
        return None


@lie(
    caught_by=[
        "queues.get.is-offered",
        "queues.get.without-block-ignores-timeout",
    ],
)
def nonblocking_get_waits():
    """get(block=False) waits when a timeout is given by keyword."""
    by_keyword = object()
    # As long as tells a timeout of a minute from none, and not longer.
    enough = 10.5

    @replace(Queue, "get")
    def get(original, self, block=True, by_position=by_keyword, *, timeout=None):
        if by_position is not by_keyword or timeout is None or block:
            return original(self, block, timeout if by_position is by_keyword else by_position)
        return original(self, True, min(timeout, enough))


@lie(
    caught_by=[
        "queues.qsize.counts",
        "queues.qsize.counts-across-processes",
    ],
)
def qsize_counts_puts_only():
    """qsize() counts what this process has put, and not what was got."""

    @replace(Queue, "put")
    def counting_put(original, self, obj, block=True, timeout=None):
        original(self, obj, block, timeout)
        self.ever_put = getattr(self, "ever_put", 0) + 1

    @replace(Queue, "qsize")
    def qsize(self):
        return getattr(self, "ever_put", 0)


@lie(caught_by=["queues.killed.in-get"])
def waiting_get_excludes_other_processes():
    """A process that waits in Queue.get() keeps all others from getting."""

    @replace(Queue, "__init__")
    def locked_init(original, self, maxsize=0, *, ctx=None):
        original(self, maxsize, ctx=ctx)
        self.turn = mpref.Semaphore(1)

    @replace(Queue, "get")
    def locked_get(original, self, block=True, timeout=None):
        if not self.turn.acquire(block, timeout):
            raise queue.Empty
        try:
            return original(self, block, timeout)
        finally:
            self.turn.release()


@lie(
    caught_by=[
        "queues.get.is-offered",
        "queues.get.timeout-raises-empty",
        "queues.put.is-offered",
        "queues.put.timeout-raises-full",
    ],
)
def keyword_timeouts_are_milliseconds():
    """put() and get() take a timeout for milliseconds when it is given by keyword."""
    by_keyword = object()

    @replace(Queue, "get")
    def get(original, self, block=True, by_position=by_keyword, *, timeout=None):
        if by_position is not by_keyword:
            return original(self, block, by_position)
        return original(self, block, timeout and timeout / 1000)

    @replace(Queue, "put")
    def put(original, self, obj, block=True, by_position=by_keyword, *, timeout=None):
        if by_position is not by_keyword:
            return original(self, obj, block, by_position)
        return original(self, obj, block, timeout and timeout / 1000)


@lie(
    caught_by=[
        "queues.empty.is-empty-for-all",
        "queues.get-nowait.raises-empty",
        "queues.get.by-keyword",
        "queues.get.timeout-raises-empty",
        "queues.get.timeout-raises-empty-in-a-child",
        "queues.get.without-block-ignores-timeout",
        "queues.get.without-block-raises-empty",
        "queues.joinable.refused-put-is-no-task",
        "queues.killed.waiting-for-room",
        "queues.put-nowait.raises-full",
        "queues.put.by-keyword",
        "queues.put.nothing-added-when-full",
        "queues.put.timeout-raises-full",
        "queues.put.timeout-raises-full-in-a-child",
        "queues.put.without-block-ignores-timeout",
        "queues.put.without-block-raises-full",
        "queues.queue.is-full-for-all",
        "queues.queue.passes-long-items-whole",
    ],
)
def timeouts_raise_timeout_error():
    """put() and get() raise TimeoutError in place of queue.Full and queue.Empty."""

    @replace(Queue, "get")
    def other_get(original, self, block=True, timeout=None):
        try:
            return original(self, block, timeout)
        except queue.Empty:
            raise mpref.TimeoutError from None

    @replace(Queue, "put")
    def other_put(original, self, obj, block=True, timeout=None):
        try:
            original(self, obj, block, timeout)
        except queue.Full:
            raise mpref.TimeoutError from None


@lie(
    messages,
    "unpack",
    caught_by=[
        "pool.unloadable-result.raises-in-the-caller",
        "queues.unpicklable.get-raises-once",
        "queues.unpicklable.simple-raises",
    ],
)
def unpickling_error_gives_none(original, payload, fds):
    """get() returns None for an item that can't be unpickled."""
    try:
        return original(payload, fds)
    except OverflowError:
        return None
