"""The life of a process: made, started, joined, misused, and what its creator sees of it.

How it ends stands in `process_ends.py`, who it is in
`process_identity.py`, what a child gets and gives in `process_more.py`.
"""

import os
import time

from mpprobe.toolkit import (
    children_of,
    hear,
    offers,
    parent_of,
    park,
    process_state,
    tell,
    told,
    under_test,
    until,
)

CALLS = []


def context(method):
    """In a child: the context that its creator used."""
    return under_test() if method == "default" else under_test().get_context(method)


def error_of(function, *args, **kwargs):
    """What a call raises; None when it returns."""
    try:
        function(*args, **kwargs)
    except BaseException as error:
        return error
    return None


def state_in_the_end(pid):
    """The kernel's letter for a process that ends by now, or ended: None, unless nobody reaps it.

    A fork server may tell of an end a moment before the kernel is done with it.
    """
    until(lambda: process_state(pid) is None)
    return process_state(pid)


def record(*args, **kwargs):
    CALLS.append([os.getpid(), list(args), kwargs])
    return "not None"


def fail():
    raise ZeroDivisionError("raised by the target")


def say(name):
    tell(name, os.getpid())


def say_and_park(name):
    tell(name, os.getpid())
    park()


# -- made


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


# -- started and joined


def live(*args, **kwargs):
    me = under_test().current_process()
    tell(
        "child",
        {
            "pid": os.getpid(),
            "ppid": os.getppid(),
            "args": list(args),
            "kwargs": kwargs,
            "name": me.name,
            "ident": [me.pid, me.ident],
            "alive": me.is_alive(),
        },
    )
    park()
    # Work that join() has to wait for. It orders nothing: a join() that waits is
    # right however long this takes, and one that does not is seen to return early.
    time.sleep(0.1)
    return 3


def life(t):
    """One process from its construction to its end, looked at from both sides."""
    before = children_of(os.getpid())
    process = t.ctx.Process(
        target=live, args=(1, "two"), kwargs={"three": [3, "four"], "name": "x"}, name="worker"
    )
    t.see("constructed.starts-nothing", children_of(os.getpid()) == before and not told("child"))
    t.see("constructed.pid", process.pid)
    t.see("constructed.ident", process.ident)
    t.see("constructed.exitcode", process.exitcode)
    t.see("constructed.alive", process.is_alive())
    t.call("start", process.start)
    t.see("started.alive", process.is_alive())
    t.see("started.exitcode", process.exitcode)
    t.see("started.pid", process.pid)
    t.see("started.ident", process.ident)
    child = hear("child")
    pid = child["pid"]
    t.see("own.pid", os.getpid())
    t.see("child.pid", pid)
    t.see("child.ppid", child["ppid"])
    t.see("child.ppid-by-kernel", parent_of(pid))
    t.see("child.args", child["args"])
    t.see("child.kwargs", child["kwargs"])
    t.see("child.name", child["name"])
    t.see("child.ident", child["ident"])
    t.see("child.alive", child["alive"])

    t.call("zero", process.join, 0)
    t.call("negative", process.join, -5)
    t.call("timed", process.join, 0.3)
    t.call("keyword", process.join, timeout=0.1)
    t.see("timed.alive", process.is_alive())
    t.see("timed.exitcode", process.exitcode)
    t.see("timed.state", process_state(pid))
    tell("release")
    t.call("joined", process.join)
    t.see("joined.alive", process.is_alive())
    t.see("joined.exitcode", process.exitcode)
    t.see("joined.state", state_in_the_end(pid))
    t.see("joined.pid", process.pid)
    t.call("again", process.join, None)
    t.call("third", process.join, timeout=10)
    t.call("fourth", process.join, 0)
    t.see("again.exitcode", process.exitcode)


def join_early(t):
    """join() with a timeout far beyond the end of the process."""
    process = t.ctx.Process(target=say_late)
    process.start()
    tell("joining")
    t.call("join", process.join, 30)
    t.see("exitcode", process.exitcode)
    t.see("said", told("said"))
    other = t.ctx.Process(target=say, args=("said-again",))
    other.start()
    t.call("none", other.join, timeout=None)
    t.see("none.exitcode", other.exitcode)


def say_late():
    hear("joining")
    # A join() that waits is not hurried by this; one that does not wait is back before it ends.
    time.sleep(0.2)
    tell("said")


class Greeter(object):
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


def say_once():
    tell("ran-%d" % os.getpid())
    park()


def times_told(prefix):
    turns = os.listdir(os.path.join(os.environ["MPPROBE_SCRATCH"], "turns"))
    return len([name for name in turns if name.startswith(prefix)])


def misuse(t):
    """What a process object refuses, and that the refusal changes nothing."""
    process = t.ctx.Process(target=say_once)
    t.call("join-unstarted", process.join)
    t.call("join-unstarted-timed", process.join, 0)
    t.see("terminate-unstarted", error_of(process.terminate))
    t.call("join-self", t.mp.current_process().join)
    process.start()
    t.call("start-running", process.start)
    t.see("alive", process.is_alive())
    until(lambda: times_told("ran-"))
    tell("release")
    process.join()
    t.call("start-finished", process.start)
    t.see("runs", times_told("ran-"))
    t.see("exitcode", process.exitcode)
    t.see("active", t.ctx.active_children())


def finished_signals(t):
    """terminate() and its kin on a process that has ended; of one ending, nothing changes."""
    process = t.ctx.Process(target=say, args=("said",))
    process.start()
    process.join()
    t.call("terminate", process.terminate)
    names = [name for name in ("kill", "interrupt") if offers(t.mp, "Process." + name)]
    t.see("others", [error_of(getattr(process, name)) for name in names])
    t.see("exitcode", process.exitcode)
    t.see("alive", process.is_alive())
