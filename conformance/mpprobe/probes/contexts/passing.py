"""What is given to a process: what has to be picklable, and what is shared by it."""

import os
import time

from mpprobe.probes.contexts._common import start
from mpprobe.toolkit import HEAR_SECONDS, hear, park, tell, told, under_test


class Unpicklable:
    """Says no to every pickler, also to those that know how to pickle a lambda."""

    def __reduce_ex__(self, protocol):
        raise TypeError("this object is not for pickling")


def pickling(t):
    """Processes that can't be pickled, and processes that change between making and starting."""
    argument = t.ctx.Process(target=take, args=("argument", Unpicklable()))
    start(t, "argument", argument)
    keyword = t.ctx.Process(target=take, kwargs={"name": "keyword", "value": Unpicklable()})
    start(t, "keyword", keyword)
    attribute = t.ctx.Process(target=take, args=("attribute", None))
    attribute.extra = Unpicklable()
    start(t, "attribute", attribute)
    t.see("children", len(t.ctx.active_children()))
    mended = t.ctx.Process(target=take_extra, args=("mended",))
    mended.extra = Unpicklable()
    mended.extra = "set before start"
    start(t, "mended", mended)
    t.see("extra", hear("mended") if told("mended") else None)


def take(name, value):
    tell(name)


def take_extra(name):
    tell(name, getattr(under_test().current_process(), "extra", None))


def every_argument(t):
    """One child is given an object of each kind that is meant to be shared."""
    t.needs("Lock", "Queue", "Pipe", "Value", "Array")
    ctx = t.ctx
    receiver, sender = ctx.Pipe(duplex=False)
    shared = {
        "Lock": ctx.Lock(),
        "RLock": ctx.RLock(),
        "Semaphore": ctx.Semaphore(2),
        "BoundedSemaphore": ctx.BoundedSemaphore(2),
        "Condition": ctx.Condition(),
        "Event": ctx.Event(),
        "Barrier": ctx.Barrier(1),
        "Queue": ctx.Queue(),
        "JoinableQueue": ctx.JoinableQueue(),
        "SimpleQueue": ctx.SimpleQueue(),
        "Connection": sender,
        "Value": ctx.Value("i", 0),
        "Array": ctx.Array("i", 2),
    }
    child = ctx.Process(target=use_all, args=(shared,))
    child.start()
    child.join()
    t.see("used", hear("used"))
    t.see("event", shared["Event"].is_set())
    t.see("simple-queue", shared["SimpleQueue"].get())
    t.see("connection", receiver.recv())
    t.see("value", shared["Value"].value)
    t.see("array", shared["Array"][:])
    for connection in (receiver, sender):
        connection.close()


def use_all(shared):
    for name in ("Lock", "RLock", "Semaphore", "BoundedSemaphore", "Condition"):
        with shared[name]:
            pass
    shared["Event"].set()
    shared["Barrier"].wait(HEAR_SECONDS)
    shared["SimpleQueue"].put("simple")
    shared["Connection"].send("sent")
    shared["Value"].value = 7
    shared["Array"][:] = [1, 2]
    tell("used", sorted(shared))


def lock_as_argument(t):
    """Ten children count together under a lock that they were given."""
    t.needs("Lock")
    lock = t.ctx.Lock()
    path = os.path.abspath("count")
    with open(path, "wb") as file:
        file.write(b"%08d" % 0)
    children = [t.ctx.Process(target=count_up, args=(lock, path, n)) for n in range(10)]
    for child in children:
        child.start()
    for number in range(10):
        hear("child-%d" % number)
    tell("go")
    for child in children:
        child.join()
    with open(path, "rb") as file:
        t.see("count", int(file.read()))
    t.see("exitcodes", [child.exitcode for child in children])
    os.remove(path)


def count_up(lock, path, number):
    tell("child-%d" % number)
    park("go")
    with open(path, "r+b", 0) as file:
        for _ in range(5):
            with lock:
                file.seek(0)
                count = int(file.read(8))
                # So long that a lock which lets two in at a time loses counts for sure.
                time.sleep(0.0005)
                file.seek(0)
                file.write(b"%08d" % (count + 1))


def queue_example(t):
    """A queue and a process: of the global start method, then of a context."""
    t.needs("Queue")
    t.call("set", t.mp.set_start_method, t.method)
    hello(t, "module", t.mp)
    hello(t, "context", t.mp.get_context(t.method))


def hello(t, name, source):
    queue = source.Queue()
    child = source.Process(target=put_hello, args=(queue,))
    child.start()
    t.see(name + ".got", queue.get(True, HEAR_SECONDS))
    child.join()
    t.see(name + ".exitcode", child.exitcode)


def put_hello(queue):
    queue.put("hello")
