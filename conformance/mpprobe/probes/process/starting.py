"""Processes that are made and started: arguments, classes, several at once."""

import os
import threading

from mpprobe.probes._common import error_of
from mpprobe.probes.process._common import say, use_method
from mpprobe.toolkit import hear, tell, told, under_test

CALLS = []


def record(*args, **kwargs):
    CALLS.append([os.getpid(), list(args), kwargs])
    return "not None"


def fail():
    raise ZeroDivisionError("raised by the target")


def construction(t):
    """All ways to construct a Process, none of them started; run() called by hand."""
    pid = os.getpid()
    bare = t.mp.Process()
    t.see("bare.daemon", bare.daemon)
    t.see("bare.name", bare.name)
    t.call("bare.run", bare.run)

    by_position = t.mp.Process(None, record, "by position", (1, "two"), {"three": 3})
    t.see("position.name", by_position.name)
    by_position.run()
    by_keyword = t.mp.Process(
        kwargs={"three": 3}, args=(1, "two"), name="by keyword", target=record, group=None,
        daemon=True,
    )  # fmt: skip
    t.see("keyword.name", by_keyword.name)
    t.see("keyword.daemon", by_keyword.daemon)
    t.see("false.daemon", t.mp.Process(daemon=False).daemon)
    by_keyword.run()
    t.mp.Process(target=record).run()
    t.mp.Process(target=record, args=[1, [2]]).run()
    t.mp.Process(target=record, args=(1, [2])).run()
    t.mp.Process(target=record, kwargs={"self": 1, "group": 2, "target": 3, "args": 4}).run()
    t.see("position.call", CALLS[0][1:])
    t.see("keyword.call", CALLS[1][1:])
    t.see("bare-target.call", CALLS[2][1:])
    t.see("list.call", CALLS[3][1:])
    t.see("tuple.call", CALLS[4][1:])
    t.see("same-words.call", CALLS[5][1:])
    t.see("run.here", [call[0] == pid for call in CALLS])

    t.call("failing.run", t.mp.Process(target=fail).run)
    t.mp.Process(target=print, args=[1]).run()
    t.mp.Process(target=print, args=(1,)).run()
    t.see("printed", t.stdout())
    t.call("daemon-by-position", t.mp.Process, None, record, "name", (), {}, True)
    t.call("group-by-position", t.mp.Process, "group")
    t.call("group-by-keyword", t.mp.Process, group=os)
    t.call("unknown-keyword", t.mp.Process, targets=record)
    t.call("second-bare.run", t.mp.Process(None).run)


def thread_api(t):
    """What of threading.Thread a Process offers as well."""
    import threading

    thread, process = threading.Thread(), t.mp.Process()
    common = [name for name in dir(thread) if not name.startswith("_") and hasattr(process, name)]
    t.see("common", common)
    t.see("callable", [name for name in common if callable(getattr(process, name))])
    t.see("more", [name for name in dir(process) if name[0] != "_" and not hasattr(thread, name)])


class Greeter:
    def __init__(self, word):
        self.word = word

    def greet(self, *args, **kwargs):
        import hashlib

        big = hashlib.sha256(kwargs.pop("big")).hexdigest()
        tell("greeted", [self.word, list(args), kwargs, big])


def arguments(t):
    """A bound method for a target, and arguments of many kinds, one of them of 3 MiB."""
    import hashlib

    big = os.urandom(1 << 20) * 3
    args = (None, True, -1, 0.5, "\u00e9\U0001f600", b"\x00\xff", (1, [2, {3: "x"}]), float("inf"))
    kwargs = {"name": "me", "target": [], "args": (), "daemon": None, "big": big}
    process = t.ctx.Process(target=Greeter("hello").greet, args=list(args), kwargs=kwargs)
    t.call("start", process.start)
    word, got, others, digest = hear("greeted")
    process.join()
    del kwargs["big"]
    t.see("word", word)
    t.see("args", got)
    t.see("args.sent", list(args))
    t.see("kwargs", others)
    t.see("kwargs.sent", kwargs)
    t.see("big", digest)
    t.see("big.sent", hashlib.sha256(big).hexdigest())


_Process = getattr(under_test(), "Process", object)


class Worker(_Process):
    """Overrides the constructor as documented, and run()."""

    def __init__(self, word, **kwargs):
        super().__init__(**kwargs)
        self.word = word

    def run(self):
        me = under_test().current_process()
        tell("worker", [self.word, self.name, os.getpid(), type(me).__name__, me.name])
        self.word = "changed"


class Uninitialised(_Process):
    """Its constructor does not call that of the base class."""

    def __init__(self):
        pass

    def run(self):
        tell("uninitialised")


class Holder(_Process):
    """Holds what can't be pickled."""

    def __init__(self):
        super().__init__()
        self.held = (number for number in ())

    def run(self):
        tell("holder")


def subclasses(t):
    """Subclasses: a good one, one without the base constructor, one that can't be pickled."""
    use_method(t)
    worker = Worker("hello", name="worker 7", daemon=True)
    worker.start()
    worker.join()
    word, name, pid, kind, current = hear("worker")
    t.see("word", word)
    t.see("name", name)
    t.see("pid", pid)
    t.see("pid.here", worker.pid)
    t.see("current", [kind, current])
    t.see("word.here", worker.word)
    t.see("exitcode", worker.exitcode)
    t.see("generated", Worker("unnamed").name)
    t.see("uninitialised", error_of(Uninitialised().start))
    t.see("uninitialised-ran", told("uninitialised"))
    holder = Holder()
    t.call("holder", holder.start)
    t.see("holder.active", len(t.mp.active_children()))
    for process in t.mp.active_children():
        process.join()
    t.see("holder-ran", told("holder"))


def start_one(t, number, found):
    process = t.ctx.Process(target=say, args=("said-%d" % number,))
    found.append(process)
    process.start()
    process.join()


def threads(t):
    """Four threads, each making, starting and joining a process, all at the same time."""
    t.needs("Process")
    found = []
    running = [threading.Thread(target=start_one, args=(t, n, found)) for n in range(4)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    t.see("exitcodes", [process.exitcode for process in found])
    t.see("names", [process.name for process in found])
    t.see("pids", [process.pid for process in found])
    t.see("said", sorted(told("said-%d" % number) for number in range(4)))
