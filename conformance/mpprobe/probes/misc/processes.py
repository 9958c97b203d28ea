"""active_children(), current_process(), parent_process(): who is there, and whose child."""

import os
import signal
import threading
import time

from mpprobe.probes.misc._common import say_hello
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
