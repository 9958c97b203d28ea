"""Processes that are threads: their life, their exit codes, their names, who is who."""

import os
import sys
import threading

from mpprobe.probes._common import error_of
from mpprobe.probes.dummy._common import BRIEF, LONG, connection_of, dummy_of, outcome_of
from mpprobe.toolkit import HEAR_SECONDS


class Parked:
    """Something to do that begins, and ends when it is told to."""

    def __init__(self):
        self.begun, self.done = threading.Event(), threading.Event()

    def __call__(self):
        self.begun.set()
        self.done.wait(HEAR_SECONDS)

    def await_begin(self):
        return self.begun.wait(HEAR_SECONDS)


def life(t):
    """A process from its making to its end, and what it finds while it runs."""
    dummy = dummy_of(t)
    parked, found = Parked(), {}

    def work(first, second, third=None):
        found["arguments"] = [first, second, third]
        found["pid"] = os.getpid()
        found["thread"] = threading.get_ident()
        found["current"] = dummy.current_process()
        parked()

    process = dummy.Process(target=work, args=(1, [2]), kwargs={"third": 3})
    t.see("before", [process.is_alive(), process.exitcode])
    t.call("start", process.start)
    t.see("begins", parked.await_begin())
    t.see("during", [process.is_alive(), process.exitcode])
    t.call("join-timed", process.join, BRIEF)
    t.call("join-timed-keyword", lambda: process.join(timeout=BRIEF))
    t.see("still", [process.is_alive(), process.exitcode])
    parked.done.set()
    t.call("join", process.join)
    t.see("after", [process.is_alive(), process.exitcode])
    t.call("join-again", process.join, LONG)

    t.see("arguments", found["arguments"])
    t.see("same-process", found["pid"] == os.getpid())
    t.see("other-thread", found["thread"] != threading.get_ident())
    t.see("current", found["current"] is process)
    t.see("start-again.raises", error_of(process.start))
    t.see("join-unstarted.raises", error_of(dummy.Process(target=os.getpid).join))
    joined = []
    itself = dummy.Process(target=lambda: joined.append(error_of(itself.join)))
    itself.start()
    itself.join()
    t.see("join-itself.raises", joined[0])


def made(t):
    """Processes that are made by position, without a target, from a list, by a subclass."""
    dummy = dummy_of(t)
    seen = []

    class Worker(dummy.Process):
        def __init__(self, word):
            super().__init__(name="worker")
            self.word = word

        def run(self):
            seen.append([self.word, dummy.current_process().name])
            self.word = "changed"

    processes = [
        dummy.Process(None, seen.append, "the name", ("by position",), {}),
        dummy.Process(),
        dummy.Process(target=seen.append, args=["of a list"]),
        Worker("own"),
    ]
    for process in processes:
        process.start()
        process.join()
    t.see("seen", seen)
    t.see("name", processes[0].name)
    t.see("exitcodes", [process.exitcode for process in processes])
    t.see("shared", processes[-1].word)
    t.see("group.raises", error_of(lambda: dummy.Process(group="a group")))

    # What is shared is shared: no copies, and nothing has to be picklable.
    found, lock, items = [], threading.Lock(), ["an item"]
    same = dummy.Process(
        target=lambda what, which: found.extend([what is lock, which is items]),
        args=(lock,),
        kwargs={"which": items},
    )
    same.start()
    same.join()
    t.see("same-object", found)


def failing(t):
    """Exit codes of processes that do not just return."""
    dummy = dummy_of(t)

    def fail():
        raise KeyError("meant")

    codes = []
    for target, args in (
        (fail, ()),
        (sys.exit, (3,)),
        (sys.exit, (0,)),
        (sys.exit, ()),
        (sys.exit, ("a last word",)),
    ):
        process = dummy.Process(target=target, args=args)
        process.start()
        process.join()
        codes.append(process.exitcode)
    t.see("exitcodes", codes)
    told = t.stderr()
    t.see("traceback", "KeyError" in told and "fail" in told)
    t.see("word", "a last word" in told)


def names(t):
    """Names that are made, given and changed, and the processes that bear them."""
    dummy = dummy_of(t)
    found = []

    def tell():
        found.append(dummy.current_process().name)

    unnamed = [dummy.Process(target=tell) for _ in range(3)]
    t.see("generated", [process.name for process in unnamed])
    given = dummy.Process(target=tell, name="given")
    changed = dummy.Process(target=tell, name="at first")
    changed.name = "changed"
    for process in unnamed + [given, changed]:
        process.start()
        process.join()
    t.see("found", found)
    t.see("own", [process.name for process in unnamed + [given, changed]])

    main = dummy.current_process()
    t.see("main", main is dummy.current_process())
    t.see("main.name", main.name)
    t.see("main.of-no-process", found_by_a_thread(dummy.current_process) is main)


def found_by_a_thread(function):
    """What a call returns in a thread that is no process of `dummy`."""
    found = []
    thread = threading.Thread(target=lambda: found.append(function()))
    thread.start()
    thread.join()
    return found[0]


def children(t):
    """active_children() of the main process, of a child of it, and in the end."""
    dummy = dummy_of(t)
    parked = [Parked() for _ in range(4)]
    grandchildren, seen = [], []

    def with_a_child():
        grandchild = dummy.Process(target=parked[3])
        grandchild.start()
        grandchildren.append(grandchild)
        parked[3].await_begin()
        seen.append(dummy.active_children() == [grandchild])
        parked[2]()
        grandchild.join()

    running = [dummy.Process(target=parked[0]), dummy.Process(target=parked[1])]
    running.append(dummy.Process(target=with_a_child))
    ended, unstarted = dummy.Process(target=os.getpid), dummy.Process(target=os.getpid)
    t.see("none", dummy.active_children())
    for process in running + [ended]:
        process.start()
    for one in parked:
        one.await_begin()
    ended.join()
    active = dummy.active_children()
    t.see("all", [sum(process is one for one in active) for process in running])
    t.see("others", len(active) - 3)
    t.see("ended", [process in active for process in (ended, unstarted)])
    t.see("of-the-child", seen)
    parked[0].done.set()
    running[0].join()
    t.see("one-less", [process in dummy.active_children() for process in running])
    for one in parked:
        one.done.set()
    for process in running:
        process.join()
    t.see("in-the-end", dummy.active_children())


def daemons(t):
    """The daemon flag: its default, how it is set and inherited."""
    dummy = dummy_of(t)
    process, parked = dummy.Process(), Parked()
    t.see("default", process.daemon)
    process.daemon = True
    t.see("set", process.daemon)
    process.daemon = False
    t.see("set-back", process.daemon)
    inherited = []

    def look():
        inherited.append(dummy.Process().daemon)
        parked()

    daemon = dummy.Process(target=look)
    daemon.daemon = True
    daemon.start()
    parked.await_begin()
    t.see("inherited", inherited)
    t.see("late.raises", error_of(setattr, daemon, "daemon", False))
    t.see("late", daemon.daemon)
    parked.done.set()
    daemon.join()
    t.see(
        "by-keyword",
        outcome_of(lambda: [dummy.Process(daemon=True).daemon, dummy.Process(daemon=False).daemon]),
    )


WAITING = """
import sys, threading
from IMPLEMENTATION.dummy import Process

def late():
    threading.main_thread().join()
    sys.stdout.write("late")
    sys.stdout.flush()

process = Process(target=late)
process.start()
"""

LEAVING = """
import threading
from IMPLEMENTATION.dummy import Process

begun = threading.Event()

def endless():
    begun.set()
    threading.Event().wait()

process = Process(target=endless)
process.daemon = True
process.start()
begun.wait()
"""


def endings(t):
    """Programs that end while a process of theirs runs on."""
    t.needs("dummy")
    told = t.program(WAITING)
    t.see("waiting", [told["code"], told["out"]])
    told = t.program(LEAVING)
    t.see("leaving", [told["code"], told["out"]])


def relations(t):
    """parent_process(), numbers and keys of processes."""
    dummy = dummy_of(t)
    found = {}

    def look():
        me = dummy.current_process()
        child = dummy.Process(target=look_deeper)
        child.start()
        child.join()
        found["parent"] = dummy.parent_process()
        found["pid"] = me.pid
        found["key"] = bytes(me.authkey)

    def look_deeper():
        found["grandparent"] = dummy.parent_process()

    main = dummy.current_process()
    process = dummy.Process(target=look)
    t.see("pid-before", process.pid)
    process.start()
    process.join()
    t.see("parent-of-main", dummy.parent_process())
    t.see("parent", found["parent"] is main)
    t.see("grandparent", found["grandparent"] is process)
    t.see("pid", [isinstance(found["pid"], int), found["pid"] == process.pid])
    t.see("key", found["key"] == bytes(main.authkey))
    process.authkey = b"a new key"
    t.see("key-set", bytes(process.authkey))
    t.see("main-key", bytes(main.authkey) != b"a new key")


def sentinels(t):
    """A sentinel before the end of its process, at it, and after it."""
    dummy, connection = dummy_of(t), connection_of(t)
    parked = Parked()
    process = dummy.Process(target=parked)
    t.see("unstarted.raises", error_of(lambda: process.sentinel))
    process.start()
    sentinel = process.sentinel
    t.call("running", connection.wait, [sentinel], BRIEF)
    parked.done.set()
    t.see("ended", outcome_of(connection.wait, [sentinel], LONG) == [sentinel])
    process.join()
    t.see("joined", connection.wait([sentinel], 0) == [sentinel])
    t.see("asked-again", process.sentinel == sentinel)
    late = dummy.Process(target=os.getpid)
    late.start()
    late.join()
    t.see("asked-late", outcome_of(connection.wait, [late.sentinel], LONG) == [late.sentinel])


def closing(t):
    """close(), and what ends processes, of a process that runs and of one that has ended."""
    dummy = dummy_of(t)
    parked = Parked()
    process = dummy.Process(target=parked)
    process.start()
    t.see("running.raises", error_of(process.close))
    parked.done.set()
    process.join()
    for name in ("terminate", "kill"):
        t.call(name, getattr(process, name))
    t.see("exitcode", process.exitcode)
    t.call("close", process.close)
    t.call("close-again", process.close)
    t.see(
        "closed",
        [error_of(process.join), error_of(process.is_alive), error_of(lambda: process.exitcode)],
    )
