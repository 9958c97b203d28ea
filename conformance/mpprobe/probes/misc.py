"""Miscellaneous functions: children, processors, the current process, start methods."""

import os
import sys
import time

from mpprobe.toolkit import hear, park, process_gone, process_state, tell, under_test, until


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


def processors(t):
    """cpu_count() beside what the operating system says."""
    count = t.call("count", t.mp.cpu_count)
    t.see("type", type(count).__name__)
    t.see("system", os.cpu_count())
