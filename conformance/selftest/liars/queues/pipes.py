"""Lies about Pipe() and SimpleQueue."""

import mpref
from mpref.queues import SimpleQueue

from liars.lies import EVERYWHERE, lie, replace
from liars.truth import is_asked_by


@lie(caught_by=["queues.simple.close-releases"])
def simple_queue_close_keeps_descriptors():
    """close() of a SimpleQueue closes no descriptor; after it, all methods raise OSError."""

    def refuse(*_):
        raise OSError("closed")

    @replace(SimpleQueue, "close")
    def marking_close(self):
        self.put = self.get = self.empty = refuse


@lie(
    SimpleQueue,
    "empty",
    caught_by=[
        "queues.simple.closed-empty-raises",
        "queues.simple.closed-refuses",
    ],
)
def closed_simple_queue_is_empty(original, self):
    """empty() of a closed SimpleQueue returns True, and does not raise."""
    try:
        return original(self)
    except OSError:
        return True


@lie(caught_by=["queues.simple.holds-short-items"])
def simple_queue_holds_ten_items():
    """put() of a SimpleQueue waits when ten items are in it."""

    @replace(SimpleQueue, "__init__")
    def narrow_init(original, self, *, ctx=None):
        original(self, ctx=ctx)
        self.slots = mpref.Semaphore(10)

    @replace(SimpleQueue, "get")
    def narrow_get(original, self):
        item = original(self)
        self.slots.release()
        return item

    @replace(SimpleQueue, "put")
    def narrow_put(original, self, item):
        self.slots.acquire()
        original(self, item)


@lie(caught_by=["queues.killed.in-simple-get"])
def waiting_simple_get_excludes_others():
    """A process that waits in SimpleQueue.get() keeps all others from getting."""

    @replace(SimpleQueue, "__init__")
    def locked_init(original, self, *, ctx=None):
        original(self, ctx=ctx)
        self.turn = mpref.Semaphore(1)

    @replace(SimpleQueue, "get")
    def locked_get(original, self):
        with self.turn:
            return original(self)


@lie(
    EVERYWHERE,
    "Pipe",
    caught_by=[
        "contexts.pickling.shared-objects-can-be-arguments",
        "contexts.pickling.shared-objects-end-clean",
        "queues.managed.ends-clean",
        "queues.managed.exit-does-not-wait",
        "queues.managed.passes-items",
        "queues.pipe.between-ends-clean",
        "queues.pipe.objects-are-copies",
        "queues.pipe.pipes-are-apart",
        "queues.pipe.returns-two-connections",
        "queues.pipe.simplex-between-processes",
        "queues.pipe.simplex-first-does-not-send",
        "queues.pipe.simplex-goes-from-second-to-first",
        "queues.pipe.simplex-second-does-not-receive",
    ],
)
def one_way_pipe_is_swapped(original, self, duplex=True):
    """Pipe(False) returns the end that sends before the one that receives."""
    first, second = original(self, duplex)
    if duplex or not is_asked_by("mpprobe.probes.queues", "mpprobe.probes.contexts"):
        return first, second
    return second, first


@lie(EVERYWHERE, "Pipe", caught_by=["queues.pipe.returns-two-connections"])
def pipe_returns_a_list(original, self, duplex=True):
    """Pipe() returns a list, not a tuple."""
    return list(original(self, duplex))


@lie(
    EVERYWHERE,
    "Pipe",
    caught_by=[
        "connection.class.wrong-direction-raises",
        "connection.transfer.keeps-the-direction",
        "queues.pipe.simplex-first-does-not-send",
        "queues.pipe.simplex-second-does-not-receive",
    ],
)
def pipe_is_always_duplex(original, self, duplex=True):
    """Pipe(False) makes a pipe that goes both ways."""
    return original(self, True)


@lie(
    EVERYWHERE,
    "Pipe",
    caught_by=[
        "queues.pipe.answers-come-back",
        "queues.pipe.between-ends-clean",
        "queues.pipe.both-ends-at-once",
        "queues.pipe.duplex-goes-both-ways",
        "queues.pipe.is-duplex-by-default",
        "queues.pipe.is-offered",
        "queues.pipe.objects-are-copies",
        "queues.pipe.pipes-are-apart",
        "queues.pipe.returns-two-connections",
        "queues.pipe.simplex-between-processes",
        "queues.pipe.simplex-first-does-not-send",
        "queues.pipe.simplex-goes-from-second-to-first",
        "queues.pipe.simplex-second-does-not-receive",
    ],
)
def pipe_is_one_way_by_default(original, self, duplex=None):
    """Pipe() makes a pipe that goes one way, unless duplex is given."""
    if duplex is None:
        duplex = not is_asked_by("mpprobe.probes.queues")
    return original(self, duplex)
