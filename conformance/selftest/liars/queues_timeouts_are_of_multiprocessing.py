"""Timeouts are told by TimeoutError, where queue.Empty and queue.Full are promised."""

import queue

import mpref
from mpref.queues import Queue

from liars.truth import become

CAUGHT_BY = {
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
}


get, put = Queue.get, Queue.put


def other_get(self, block=True, timeout=None):
    try:
        return get(self, block, timeout)
    except queue.Empty:
        raise mpref.TimeoutError from None


def other_put(self, obj, block=True, timeout=None):
    try:
        put(self, obj, block, timeout)
    except queue.Full:
        raise mpref.TimeoutError from None


Queue.get, Queue.put = other_get, other_put

become(__name__)
