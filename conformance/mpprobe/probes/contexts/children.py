"""What children inherit under each start method, who their parent is, what is cleaned up."""

import mmap
import os
import sys
import tempfile
import threading
import warnings

from mpprobe.toolkit import HEAR_SECONDS, hear, open_descriptors, park, tell, under_test, until

CONSTANT = ("module", "level", "constant")

# What these globals hold when the module is imported; probes change them at run time.
changed = "as imported"

shared_lock = None

# A module of the standard library that no implementation has a reason to import.
RARE_MODULE = "colorsys"


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
        "constant": constant == CONSTANT,
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
    """Two children and a grandchild as the kernel sees them, while the parent has a thread."""
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
    context = under_test().get_context(method)
    grandchild = context.Process(target=report_and_park, args=("grandchild",))
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
    except OSError:
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
