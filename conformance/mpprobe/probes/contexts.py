"""Contexts: what has to be picklable, what can be shared, what contexts are, what is cleaned up."""

import os
import time

from mpprobe.toolkit import HEAR_SECONDS, hear, park, tell, told, under_test, until

# What this global holds when the module is imported; a probe changes it at run time.
changed = "as imported"


# -- what has to be picklable


class Unpicklable(object):
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


def start(t, name, process):
    """Start a process, join it if that worked, and report both."""
    t.call(name + ".start", process.start)
    if process.pid is not None:
        process.join()
    t.see(name + ".arrived", told(name))


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


# -- locks and children


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


def foreign_lock(t):
    """A lock of the fork context as an argument for processes of the other two."""
    t.needs("Lock")
    lock = t.mp.get_context("fork").Lock()
    give_lock(t, "fork", lock)
    give_lock(t, "spawn", lock)
    give_lock(t, "forkserver", lock)
    t.stderr()


def give_lock(t, method, lock):
    child = t.mp.get_context(method).Process(target=take_lock, args=(method, lock))
    start(t, method, child)


def take_lock(name, lock):
    with lock:
        tell(name)


# -- contexts as objects


def several_methods(t):
    """Children of every context, all alive at the same time in one program."""
    global changed
    changed = "at run time"
    contexts = {name: t.mp.get_context(name) for name in t.mp.get_all_start_methods()}
    children = {}
    for name, context in sorted(contexts.items()):
        children[name] = context.Process(target=report_kinship, args=(name,))
        children[name].start()
    parents, values = {}, {}
    for name in children:
        parent, values[name] = hear(name)
        parents[name] = parent == os.getpid()
    t.see("starter-is-parent", parents)
    t.see("globals", values)
    alive = t.mp.active_children()
    t.see("alive", len(alive))
    t.see("counts", [len(context.active_children()) for context in contexts.values()])
    tell("release")
    for child in children.values():
        child.join()
    t.see("exitcodes", [child.exitcode for child in children.values()])


def report_kinship(name):
    tell(name, [os.getppid(), changed])
    park()


def objects(t):
    """Context objects themselves: their names, their exceptions, who they say they are."""
    names = sorted(t.mp.get_all_start_methods())
    contexts = [t.mp.get_context(name) for name in names]
    t.see("methods", [context.get_start_method() for context in contexts] == names)
    t.see("same-when-asked-again", [t.mp.get_context(name) for name in names] == contexts)
    unlike = []
    for name in ("ProcessError", "BufferTooShort", "TimeoutError", "AuthenticationError"):
        theirs = getattr(t.mp, name)
        unlike += [name for context in contexts if getattr(context, name, None) is not theirs]
    t.see("exceptions-unlike-the-modules", unlike)
    me = t.mp.current_process()
    t.see("current", [context.current_process() is me for context in contexts])
    t.see("processors", [context.cpu_count() == t.mp.cpu_count() for context in contexts])
    shown = {}
    for name in names:
        process = t.mp.get_context(name).Process()
        shown[name] = [process.name.partition("-")[0], type(process).__name__ in repr(process)]
    t.see("shown", shown)


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


# -- what is cleaned up


KILLED_PROGRAM = """
import os, signal
import IMPLEMENTATION as mp

def hold(semaphore, parent, context_method):
    own = mp.get_context(context_method).Semaphore(3)
    os.kill(parent, signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGKILL)

if __name__ == "__main__":
    context = mp.get_context(START_METHOD)
    semaphore = context.Semaphore(3)
    try:
        from IMPLEMENTATION.shared_memory import SharedMemory
    except ImportError:
        pass
    else:
        block = SharedMemory(create=True, size=4096)
        there = os.path.exists(os.path.join("/dev/shm", block.name.lstrip("/")))
        os.write(1, ("%s %s" % (block.name.lstrip("/"), there)).encode())
    child = context.Process(target=hold, args=(semaphore, os.getpid(), START_METHOD))
    child.start()
    child.join()
"""


def killed_program(t):
    """A program with named resources whose processes are all killed; who cleans up?"""
    t.needs("Semaphore")
    before = shared_names()
    ended = t.program(KILLED_PROGRAM)
    block, _, there = ended["out"].partition(" ")
    t.see("code", ended["code"])
    t.see("block-was-there", there == "True")
    t.see("clean", until(lambda: not shared_names() - before))
    t.see("block-is-there", bool(block) and block in shared_names())


def shared_names():
    return set(os.listdir("/dev/shm"))
