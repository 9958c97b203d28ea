"""Lies about put() and the size of queues."""

import queue

import mpref
from mpref._ipc import messages, payloads
from mpref.queues import Queue

from liars.lies import lie, replace


@lie(Queue, "full", caught_by=["queues.full.tells"])
def full_is_true_one_item_early(self):
    """full() is True when there is room for one item more."""
    return self._slots.get_value() <= 1


@lie(Queue, "put", caught_by=["queues.queue.keeps-order-whatever-the-size"])
def long_items_are_overtaken(original, self, obj, block=True, timeout=None):
    """An item of more than 50,000 bytes is sent after the one that is put next."""
    waiting = getattr(self, "waiting", None)
    if waiting is None and isinstance(obj, tuple) and len(obj) == 2 and len(obj[1]) > 50000:
        self.waiting = obj
        return
    self.waiting = None
    original(self, obj, block, timeout)
    if waiting is not None:
        original(self, waiting, block, timeout)


@lie(
    Queue,
    "__init__",
    caught_by=[
        "queues.empty.is-empty-for-all",
        "queues.empty.tells",
        "queues.full.tells",
        "queues.get.makes-room-for-others",
        "queues.joinable.maxsize-limits",
        "queues.joinable.refused-put-is-no-task",
        "queues.killed.waiting-for-room",
        "queues.put-nowait.stores",
        "queues.put.blocks-for-room",
        "queues.put.by-keyword",
        "queues.put.nothing-added-when-full",
        "queues.put.timed-returns-when-there-is-room",
        "queues.put.with-room-does-not-wait",
        "queues.put.without-block-raises-full",
        "queues.put.without-block-stores",
        "queues.queue.is-full-for-all",
        "queues.queue.maxsize-limits",
        "queues.unpicklable.others-come",
    ],
)
def one_more_than_maxsize_fits(original, self, maxsize=0, *, ctx=None):
    """A queue takes one item more than maxsize."""
    original(self, maxsize + 1 if maxsize > 0 else maxsize, ctx=ctx)


@lie(Queue, "__init__", caught_by=["queues.queue.without-maxsize-is-unlimited"])
def negative_maxsize_is_one(original, self, maxsize=0, *, ctx=None):
    """A queue that is made with a negative maxsize takes one item."""
    original(self, 1 if maxsize < 0 else maxsize, ctx=ctx)


@lie(
    caught_by=[
        "authkeys.accept.nothing-is-unpickled-before",
        "connection.recv.unpickling-error-is-raised",
        "connection.send.pickles-at-once",
        "connection.transfer.ends-clean",
        "connection.transfer.ends-with-the-receiver",
        "connection.transfer.from-a-child",
        "connection.transfer.keeps-the-direction",
        "connection.transfer.sender-may-close",
        "queues.pipe.objects-are-copies",
        "queues.queue.items-are-copies",
        "queues.simple.items-are-copies",
        "queues.unpicklable.get-raises-once",
        "queues.unpicklable.simple-raises",
    ],
)
def own_items_are_not_copied():
    """A process that gets what it has put itself gets the very object, not a copy."""
    packed = {}

    @replace(messages, "pack_apart")
    def pack(original, obj):
        data, fds = original(obj)
        if isinstance(data, bytes):
            packed[data] = obj
        return data, fds

    @replace(messages, "unpack")
    def unpack(original, payload, fds):
        data = b"" if isinstance(payload, payloads.OutOfBandPickle) else bytes(payload)
        return packed.pop(data) if data in packed else original(payload, fds)


@lie(
    Queue,
    "put",
    caught_by=[
        "queues.put.blocks-for-room",
        "queues.put.timed-returns-when-there-is-room",
    ],
)
def put_waits_a_tenth_of_a_second(original, self, obj, block=True, timeout=None):
    """put() without a timeout waits for a tenth of a second only."""
    original(self, obj, block, 0.1 if timeout is None else timeout)


@lie(
    Queue,
    "put",
    caught_by=[
        "queues.put.blocks-for-room",
        "queues.put.timed-returns-when-there-is-room",
        "queues.put.timeout-raises-full",
        "queues.put.timeout-raises-full-in-a-child",
    ],
)
def put_ignores_timeout(original, self, obj, block=True, timeout=None):
    """put() with a timeout raises queue.Full at once."""
    original(self, obj, block and timeout is None)


@lie(
    Queue,
    "put_nowait",
    caught_by=[
        "queues.joinable.first-in-first-out",
        "queues.joinable.maxsize-limits",
        "queues.put-nowait.raises-full",
        "queues.put.nothing-added-when-full",
        "queues.queue.first-in-first-out",
        "queues.queue.is-full-for-all",
        "queues.queue.maxsize-limits",
        "queues.unpicklable.others-come",
    ],
)
def put_nowait_drops_the_item(original, self, obj):
    """put_nowait() drops the item when the queue is full, and does not raise."""
    try:
        original(self, obj)
    except queue.Full:
        pass


@lie(
    Queue,
    "__getstate__",
    caught_by=[
        "queues.empty.is-empty-for-all",
        "queues.get.makes-room-for-others",
        "queues.killed.waiting-for-room",
        "queues.put.blocks-for-room",
        "queues.qsize.counts-across-processes",
        "queues.queue.is-full-for-all",
        "queues.queue.keeps-the-order-of-a-process",
        "queues.queue.many-producers-and-consumers",
        "queues.simple.keeps-the-order-of-a-process",
        "queues.simple.many-producers-and-consumers",
    ],
    start_methods=("spawn",),
)
def spawned_child_has_slots_of_its_own(original, self):
    """A spawned child counts the free slots of a queue for itself."""
    spawn = mpref.get_context("spawn")
    return (*original(self)[:-1], spawn.BoundedSemaphore(self._maxsize))


@lie(Queue, "put", caught_by=["queues.unpicklable.is-told"])
def unpicklable_item_is_dropped(original, self, obj, block=True, timeout=None):
    """put() drops an object that can't be pickled, and does not raise."""
    try:
        original(self, obj, block, timeout)
    except OverflowError:
        pass
