"""Lies about close(), the feeder thread, and the exit of processes that used a queue."""

import os

import mpref
from mpref.queues import Queue, _Feeder

from liars.lies import lie, replace


@lie(Queue, "cancel_join_thread", caught_by=["queues.cancel-join-thread.exit-does-not-wait"])
def cancel_join_thread_does_nothing(self):
    """cancel_join_thread() does nothing."""


@lie(
    _Feeder,
    "close",
    caught_by=[
        "queues.close.closing-ends-clean",
        "queues.close.concerns-one-process",
        "queues.close.hands-everything-over",
        "queues.close.put-raises-in-a-child",
        "queues.exit.hands-everything-over",
        "queues.join-thread.hands-everything-over",
        "queues.join-thread.returns-when-all-is-taken",
    ],
)
def close_drops_unsent_items(original, self):
    """close() drops items that were not sent yet."""
    while len(self._waiting) > 1:
        self._waiting.pop()
    original(self)


@lie(
    caught_by=[
        "queues.close.closing-ends-clean",
        "queues.close.concerns-one-process",
        "queues.close.hands-everything-over",
        "queues.close.put-raises-in-a-child",
        "queues.join-thread.hands-everything-over",
        "queues.join-thread.returns-when-all-is-taken",
        "queues.killed.at-rest",
    ],
)
def close_closes_for_all_processes():
    """A queue that one process closes is closed for all of them."""

    @replace(Queue, "__init__")
    def marked_init(original, self, maxsize=0, *, ctx=None):
        original(self, maxsize, ctx=ctx)
        self.ended = mpref.RawValue("b", 0)

    @replace(Queue, "close")
    def loud_close(original, self):
        original(self)
        self.ended.value = 1

    @replace(Queue, "_check_open")
    def check_open(self):
        if self._closed or self.ended.value:
            raise ValueError("closed by somebody")


@lie(
    caught_by=[
        "queues.close.get-raises",
        "queues.close.put-raises",
        "queues.close.put-raises-in-a-child",
    ],
)
def closed_queue_raises_as_before_3_8():
    """put() of a closed queue raises AssertionError, and get() raises OSError."""

    @replace(Queue, "get")
    def old_get(original, self, block=True, timeout=None):
        if self._closed:
            raise OSError("closed")
        return original(self, block, timeout)

    @replace(Queue, "put")
    def old_put(original, self, obj, block=True, timeout=None):
        assert not self._closed
        original(self, obj, block, timeout)


@lie(_Feeder, "send", caught_by=["queues.exit.creator-does-not-wait"])
def exit_waits_for_readers_of_own_queues(original, self, data, fds, *, joined):
    """A process waits at its end for readers of the queues that it created, too."""
    return original(self, data, fds, joined=True)


@lie(Queue, "__init__", caught_by=["queues.feeder.starts-with-the-first-put"])
def feeder_starts_with_the_queue(original, self, maxsize=0, *, ctx=None):
    """The feeder thread starts when the queue is made, not at the first put()."""
    original(self, maxsize, ctx=ctx)
    self._feeder._start(os.getpid() != self._creator)


@lie(
    caught_by=[
        "queues.close.on-collection",
        "queues.close.on-collection-frees-descriptors",
    ],
)
def used_queue_is_never_collected():
    """A queue is kept for ever when something was put into it."""
    kept = []

    @replace(Queue, "put")
    def put(original, self, obj, block=True, timeout=None):
        original(self, obj, block, timeout)
        kept.append(self)


@lie(_Feeder, "send", caught_by=["queues.exit.hands-everything-over"])
def exit_does_not_send_the_items(original, self, data, fds, *, joined):
    """A process does not wait at its end until its items are sent."""
    return original(self, data, fds, joined=False)


@lie(
    Queue,
    "join_thread",
    caught_by=[
        "queues.join-thread.before-close-raises",
        "queues.join-thread.refusal-changes-nothing",
    ],
)
def join_thread_closes_the_queue(original, self):
    """join_thread() closes an open queue, and does not raise."""
    self.close()
    original(self)


@lie(
    Queue,
    "join_thread",
    caught_by=[
        "queues.feeder.ends-after-close",
        "queues.join-thread.hands-everything-over",
    ],
)
def join_thread_does_not_wait(original, self):
    """join_thread() returns at once."""
    if not self._closed:
        original(self)
