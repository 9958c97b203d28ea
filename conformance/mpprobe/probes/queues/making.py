"""How a queue is made, what it has of queue.Queue, and what making fixes of the start method."""

import queue as queue_module

from mpprobe.probes.queues._common import PATIENCE, fill, items_of


def every_way(t):
    """Each way to make a queue, and how much fits into it; what a queue has of queue.Queue."""
    for name, queue in (
        ("bare", t.mp.Queue()),
        ("zero", t.mp.Queue(0)),
        ("negative", t.mp.Queue(-1)),
        ("one", t.mp.Queue(1)),
        ("position", t.mp.Queue(7)),
        ("keyword", t.mp.Queue(maxsize=7)),
        ("joinable", t.mp.JoinableQueue()),
        ("joinable-position", t.mp.JoinableQueue(7)),
        ("joinable-keyword", t.mp.JoinableQueue(maxsize=7)),
    ):
        fits = fill(queue, 50)
        t.see(name + ".fits", fits)
        t.see(name + ".came", items_of(queue, fits, PATIENCE) == list(range(fits)))
    t.call("two-arguments", t.mp.Queue, 1, 2)
    t.call("unknown-keyword", t.mp.Queue, size=1)
    queue, joinable = t.mp.Queue(), t.mp.JoinableQueue()
    t.see("joinable.is-a-queue", isinstance(joinable, type(queue)))
    t.see("joinable.is-another", type(joinable) is not type(queue))
    public = [name for name in dir(queue_module.Queue) if name[0] != "_"]
    methods = [name for name in public if callable(getattr(queue_module.Queue, name))]
    t.see("shared", [name for name in methods if callable(getattr(queue, name, None))])
    t.see("lacking", [name for name in methods if not hasattr(queue, name)])
    t.see("shutdown", hasattr(queue, "shutdown"))
    t.see("joinable.lacking", [name for name in methods if not hasattr(joinable, name)])
    t.see("names", [name for name in ("Empty", "Full") if hasattr(t.mp, name)])


def fixing(t):
    """Whether making a queue fixes the start method; each starts with none fixed."""
    for name, make in (
        ("Queue", t.mp.Queue),
        ("JoinableQueue", t.mp.JoinableQueue),
        ("SimpleQueue", t.mp.SimpleQueue),
        ("Pipe", t.mp.Pipe),
    ):
        t.mp.set_start_method(None, force=True)
        make()
        t.see(name, t.mp.get_start_method(allow_none=True) is not None)
