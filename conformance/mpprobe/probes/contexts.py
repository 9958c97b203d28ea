"""Contexts and start methods: what a child takes along, who its parent is, what contexts share."""

import mmap
import os
import sys
import tempfile
import threading
import warnings

from mpprobe.toolkit import (
    HEAR_SECONDS,
    hear,
    open_descriptors,
    park,
    tell,
    told,
    under_test,
    until,
)

CONSTANT = ("module", "level", "constant")

# What these modules' globals hold when they are imported; probes change them at run time.
changed = "as imported"
shared_lock = None

# Modules of the standard library that no implementation has a reason to import.
RARE_MODULE = "colorsys"


# -- what a child inherits


def inheritance(t):
    """A child, after its parent changed whatever a process has of its own; not the first child."""
    global changed
    # So that a server, where there is one, was made before the changes.
    early = t.ctx.Process(target=tell, args=("early",))
    early.start()
    early.join()
    changed = "at run time"
    __import__(RARE_MODULE)
    sys.path.append("/added/at/run/time")
    sys.argv = ["the-program", "--option"]
    os.environ["MPPROBE_ADDED_LATE"] = "at run time"
    home = os.getcwd()
    os.mkdir("elsewhere")
    os.chdir("elsewhere")
    private, inheritable = os.pipe(), os.pipe()
    for number in inheritable:
        os.set_inheritable(number, True)
    links = [os.readlink("/proc/self/fd/%d" % pair[0]) for pair in (private, inheritable)]
    with tempfile.NamedTemporaryFile() as file:
        file.truncate(mmap.PAGESIZE)
        with mmap.mmap(file.fileno(), mmap.PAGESIZE) as mapped:
            child = t.ctx.Process(target=look_around, args=(links, file.name, CONSTANT))
            child.start()
            child.join()
            mapped.flush()
    found = hear("found")
    t.see("pid-is-childs", found["pid"] == child.pid != os.getpid())
    t.see("global", found["global"])
    t.see("constant", found["constant"])
    t.see("module-imported", found["module-imported"])
    t.see("private-descriptor", found["descriptors"][0])
    t.see("inheritable-descriptor", found["descriptors"][1])
    t.see("memory-map", found["memory-map"])
    t.see("command-is-parents", found["command"] == command())
    t.see("executable-is-parents", found["executable"] == sys.executable)
    t.see("path", found["path"])
    t.see("argv", found["argv"])
    t.see("environment", found["environment"])
    t.see("folder-is-parents", found["folder"] == os.getcwd())
    os.chdir(home)
    os.rmdir("elsewhere")


def look_around(links, mapped, constant):
    held = set(open_descriptors().values())
    with open("/proc/self/maps") as file:
        maps = file.read()
    found = {
        "pid": os.getpid(),
        "global": changed,
        "constant": CONSTANT == constant,
        "module-imported": RARE_MODULE in sys.modules,
        "descriptors": [link in held for link in links],
        "memory-map": mapped in maps,
        "command": command(),
        "executable": sys.executable,
        "path": "/added/at/run/time" in sys.path,
        "argv": sys.argv,
        "environment": os.environ.get("MPPROBE_ADDED_LATE"),
        "folder": os.getcwd(),
    }
    tell("found", found)


def command():
    with open("/proc/self/cmdline", "rb") as file:
        return file.read()


def family(t):
    """Two children at a time and a grandchild, seen by the kernel, while the parent has a thread."""
    before = living()
    over = threading.Event()
    thread = threading.Thread(target=over.wait)
    thread.start()
    first = t.ctx.Process(target=report_and_bear, args=("first", t.method))
    second = t.ctx.Process(target=report_and_park, args=("second",))
    with warnings.catch_warnings():
        # From 3.12 on a fork beside a thread is warned about, which another probe looks at.
        warnings.simplefilter("ignore")
        first.start()
        second.start()
    pids = [hear(name) for name in ("first", "second", "grandchild")]
    parents = [status(pid, "PPid") for pid in pids]
    t.see("pids-match", [first.pid == pids[0], second.pid == pids[1]])
    t.see("parents-are-the-starter", [parents[0] == os.getpid(), parents[1] == os.getpid()])
    t.see("parents-are-the-same", parents[0] == parents[1])
    t.see("parent-is-new", parents[0] not in before)
    t.see("threads-of-parent", status(parents[0], "Threads"))
    t.see("grandchild-is-of-the-child", parents[2] == pids[0])
    t.see("grandchild-is-of-the-server", parents[2] == parents[0])
    helpers = living() - before - set(pids) - set(parents)
    t.see("helpers", len([pid for pid in helpers if status(pid, "PPid") == os.getpid()]))
    tell("release")
    for process in (first, second):
        process.join()
    over.set()
    thread.join()


def report_and_bear(name, method):
    grandchild = under_test().get_context(method).Process(
        target=report_and_park, args=("grandchild",)
    )
    grandchild.start()
    report_and_park(name)
    grandchild.join()


def report_and_park(name):
    tell(name, os.getpid())
    park()


def status(pid, field):
    """A number out of the kernel's status of a process; None when it is gone."""
    try:
        with open("/proc/%d/status" % pid) as file:
            return next(int(line.split()[1]) for line in file if line.startswith(field + ":"))
    except (IOError, OSError):
        return None


def living():
    return {int(name) for name in os.listdir("/proc") if name.isdigit()}


def passed_descriptor(t):
    """A connection given to one child, beside another child that was not given it."""
    t.needs("Pipe")
    kept, given = t.ctx.Pipe()
    link = os.readlink("/proc/self/fd/%d" % given.fileno())
    owner = t.ctx.Process(target=report_descriptors, args=("owner", link, given))
    stranger = t.ctx.Process(target=report_descriptors, args=("stranger", link, None))
    owner.start()
    hear("owner")
    stranger.start()
    t.see("owner", hear("owner"))
    t.see("stranger", hear("stranger"))
    tell("release")
    owner.join()
    stranger.join()
    kept.close()
    given.close()


def report_descriptors(name, link, given):
    tell(name, link in open_descriptors().values())
    park()


def fork_calls(t):
    """Whether os.fork() is called in the parent while a child is started."""
    calls = []
    fork = os.fork

    def counted():
        calls.append("called")
        return fork()

    os.fork = counted
    if hasattr(os, "register_at_fork"):
        # Notices a fork by a function that was taken from `os` before, too.
        os.register_at_fork(after_in_parent=lambda: calls.append("noticed"))
    child = t.ctx.Process(target=tell, args=("child",))
    t.see("before", len(calls))
    child.start()
    t.see("forked", bool(calls))
    hear("child")
    child.join()
    os.fork = fork


def fork_beside_thread(t):
    """What os.fork() warns of beside a second thread, and what start() does."""
    over = threading.Event()
    thread = threading.Thread(target=over.wait)
    thread.start()
    with warnings.catch_warnings(record=True) as by_fork:
        warnings.simplefilter("always")
        pid = os.fork()
        if pid == 0:
            os._exit(0)
        os.waitpid(pid, 0)
    child = t.ctx.Process(target=tell, args=("child",))
    with warnings.catch_warnings(record=True) as by_start:
        warnings.simplefilter("always")
        child.start()
    child.join()
    over.set()
    thread.join()
    t.see("child", hear("child"))
    t.see("os-fork", sorted({warning.category.__name__ for warning in by_fork}))
    t.see("start", sorted({warning.category.__name__ for warning in by_start}))


# -- what has to be picklable


def pickling(t):
    """Processes that can't be pickled, and processes that change between making and starting."""
    unpicklable = t.ctx.Process(target=take, args=("argument", lambda: None))
    start(t, "argument", unpicklable)
    keyword = t.ctx.Process(target=take, kwargs={"name": "keyword", "value": lambda: None})
    start(t, "keyword", keyword)
    attribute = t.ctx.Process(target=take, args=("attribute", None))
    attribute.extra = lambda: None
    start(t, "attribute", attribute)
    t.see("children", len(t.ctx.active_children()))
    mended = t.ctx.Process(target=take_extra, args=("mended",))
    mended.extra = lambda: None
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
    with open("count", "w") as file:
        file.write("0")
    children = [t.ctx.Process(target=count_up, args=(lock, 20)) for _ in range(10)]
    for child in children:
        child.start()
    for child in children:
        child.join()
    with open("count") as file:
        t.see("count", file.read())
    t.see("exitcodes", [child.exitcode for child in children])
    os.remove("count")


def count_up(lock, times):
    for _ in range(times):
        with lock:
            with open("count") as file:
                count = int(file.read())
            with open("count", "w") as file:
                file.write(str(count + 1))


def lock_as_global(t):
    """A child uses the lock that its parent put into a global and holds."""
    t.needs("Lock")
    global shared_lock
    shared_lock = t.ctx.Lock()
    shared_lock.acquire()
    child = t.ctx.Process(target=try_global_lock)
    child.start()
    t.see("while-held", hear("while-held"))
    shared_lock.release()
    tell("released")
    t.see("once-released", hear("once-released"))
    child.join()


def try_global_lock():
    tell("while-held", shared_lock.acquire(False))
    hear("released")
    tell("once-released", shared_lock.acquire(True, HEAR_SECONDS))
    shared_lock.release()


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
    for name, context in zip(names, contexts):
        process = context.Process()
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
