"""Miscellaneous functions: children, processors, the current process, start methods."""

import os
import signal
import sys
import threading
import time

from mpprobe.toolkit import (
    HEAR_SECONDS,
    hear,
    park,
    process_gone,
    process_state,
    tell,
    under_test,
    until,
)


def say_hello(name):
    tell(name, os.getpid())


def wait_for_release():
    tell("ready")
    park()


def children_of_a_process(t):
    """active_children() before, while and after two children run; one of them ends first."""
    t.see("none", t.ctx.active_children())
    first = t.ctx.Process(target=say_hello, args=("hello",))
    second = t.ctx.Process(target=wait_for_release)
    t.see("unstarted", t.ctx.active_children())
    first.start()
    second.start()
    hear("ready")
    first.join()
    active = t.ctx.active_children()
    t.see("one.type", type(active).__name__)
    t.see("one.is-second", [process is second for process in active])
    t.see("one.pids", [process.pid == second.pid for process in active])
    tell("release")
    second.join()
    t.see("after", t.ctx.active_children())


def children_are_joined(t):
    """A finished child that nobody joined, and active_children() until it notices."""
    child = t.ctx.Process(target=say_hello, args=("hello",))
    child.start()
    pid = hear("hello")
    until(lambda: process_gone(pid))
    # A fork server tells the parent of the end a moment after the kernel does.
    until(lambda: not t.ctx.active_children())
    t.see("children", t.ctx.active_children())
    t.see("zombie-after", process_state(pid) == "Z")
    t.see("exitcode", child.exitcode)


def who_is_who(t):
    """Parent, child and grandchild: who each of them is, whose child it is, and whose parent."""
    me = t.mp.current_process()
    t.see("main.pid", me.pid == os.getpid())
    t.see("main.same-object", t.mp.current_process() is me)
    in_thread = []
    thread = threading.Thread(target=lambda: in_thread.append(t.mp.current_process()))
    thread.start()
    thread.join()
    t.see("main.in-a-thread", in_thread[0] is me)
    t.see("main.parent", parent_pid())
    sibling = t.ctx.Process(target=wait_for_release)
    sibling.start()
    hear("ready")
    child = t.ctx.Process(target=introduce, args=("child", t.method, True), name="the-child")
    child.tag = "set before start"
    child.start()
    found, below = hear("child"), hear("grandchild")
    t.see("child.pid", found["pid"] == child.pid == found["os-pid"])
    t.see("child.name", found["name"])
    t.see("child.tag", found["tag"])
    t.see("child.children", found["children"])
    t.see("child.parent", found["parent"] == os.getpid())
    t.see("child.parent-name", found["parent-name"] == me.name)
    t.see("child.parent-alive", found["parent-alive"])
    t.see("grandchild.pid", below["pid"] == below["os-pid"] != child.pid)
    t.see("grandchild.parent", below["parent"] == child.pid)
    t.see("grandchild.parent-name", below["parent-name"])
    child.join()
    t.see("children-of-main", t.mp.active_children() == [sibling])
    tell("release")
    sibling.join()


def introduce(name, method, bears):
    mp = under_test()
    me = mp.current_process()
    found = {
        "os-pid": os.getpid(),
        "pid": me.pid,
        "name": me.name,
        "tag": getattr(me, "tag", None),
        "children": len(mp.active_children()),
        "parent": parent_pid(),
        "parent-name": None,
        "parent-alive": None,
    }
    if hasattr(mp, "parent_process"):
        parent = mp.parent_process()
        found["parent-name"] = parent.name
        found["parent-alive"] = parent.is_alive()
    if bears:
        child = mp.get_context(method).Process(target=introduce, args=("grandchild", method, False))
        child.start()
        child.join()
    tell(name, found)


def parent_pid():
    """The pid of parent_process(), None where it is None or not offered."""
    mp = under_test()
    parent = mp.parent_process() if hasattr(mp, "parent_process") else None
    return None if parent is None else parent.pid


def parent_dies(t):
    """What a child's parent_process() says before and after its parent is killed."""
    middle = t.ctx.Process(target=bear_and_park, args=(t.method,))
    middle.start()
    t.see("alive-before", hear("alive-before"))
    t.see("alive-after-timeout", hear("alive-after-timeout"))
    os.kill(middle.pid, signal.SIGKILL)
    middle.join()
    tell("killed")
    t.see("joined.seconds", hear("joined"))
    t.see("alive-after", hear("alive-after"))
    t.see("pid-after", hear("pid-after") == middle.pid)
    until(lambda: process_gone(hear("watcher")))


def bear_and_park(method):
    process = under_test().get_context(method).Process(target=watch_parent)
    process.start()
    park("never")


def watch_parent():
    parent = under_test().parent_process()
    tell("watcher", os.getpid())
    tell("alive-before", parent.is_alive())
    # Any timeout will do: the parent ends only after this was heard.
    parent.join(0.01)
    tell("alive-after-timeout", parent.is_alive())
    hear("killed")
    begun = time.monotonic()
    parent.join(HEAR_SECONDS)
    tell("joined", time.monotonic() - begun)
    tell("alive-after", parent.is_alive())
    tell("pid-after", parent.pid)


# -- processors


def processors(t):
    """cpu_count() beside what the system says; then in a process kept to one processor."""
    count = t.call("count", t.mp.cpu_count)
    t.see("type", type(count).__name__)
    t.see("system", os.cpu_count())
    usable = usable_processors()
    t.see("usable", len(usable))
    allow_processors(usable[:1])
    t.see("kept-to-one.usable", len(usable_processors()))
    t.see("kept-to-one", t.mp.cpu_count())
    allow_processors(usable)


def usable_processors():
    """The processors that this process may use. PyPy has no os.sched_getaffinity()."""
    with open("/proc/self/status") as file:
        allowed = next(line for line in file if line.startswith("Cpus_allowed_list:"))
    numbers = []
    for part in allowed.split()[1].split(","):
        first, _, last = part.partition("-")
        numbers += range(int(first), int(last or first) + 1)
    return numbers


def allow_processors(numbers):
    import ctypes

    mask = ctypes.create_string_buffer(max(numbers) // 8 + 8)
    for number in numbers:
        mask[number // 8] = ord(mask[number // 8]) | 1 << number % 8
    ctypes.CDLL(None).sched_setaffinity(0, len(mask), mask)


def processors_unknown(t):
    """cpu_count() where the interpreter cannot tell how many processors there are."""

    def unknown(*names):
        raise ValueError("this system does not say")

    os.cpu_count = lambda: None
    os.sysconf = unknown
    if hasattr(os, "process_cpu_count"):
        os.process_cpu_count = lambda: None
    t.call("count", t.mp.cpu_count)


PROCESSORS_PROGRAM = """
import os
import IMPLEMENTATION
print(IMPLEMENTATION.cpu_count(), os.cpu_count())
"""


def processors_overridden(t):
    """cpu_count() and os.cpu_count() when a flag or a variable says how many there are."""
    by_flag = t.program(PROCESSORS_PROGRAM, options=["-X", "cpu_count=37"])["out"].split()
    os.environ["PYTHON_CPU_COUNT"] = "41"
    by_variable = t.program(PROCESSORS_PROGRAM)["out"].split()
    t.see("flag", by_flag[0])
    t.see("flag-of-os", by_flag[1])
    t.see("variable", by_variable[0])
    t.see("variable-of-os", by_variable[1])


# -- frozen programs


def freezing(t):
    """freeze_support() in an ordinary program, and in one that looks frozen but uses fork."""
    argv = list(sys.argv)
    t.call("ordinary", t.mp.freeze_support)
    t.see("ordinary.argv", sys.argv == argv)
    t.mp.set_start_method("fork", force=True)
    sys.frozen = True
    sys.argv = [sys.argv[0], "--multiprocessing-fork", "pipe_handle=0"]
    t.call("frozen", t.mp.freeze_support)
    child = t.mp.Process(target=say_hello, args=("hello",))
    child.start()
    child.join()
    t.see("frozen.child", hear("hello") == child.pid)
    t.see("frozen.exitcode", child.exitcode)
    sys.argv = argv
    del sys.frozen
