"""One process from its construction to its end, and what its object refuses meanwhile."""

import os
import time

from mpprobe.probes._common import error_of, times_told
from mpprobe.probes.process._common import error_names, say, say_and_park, state_in_the_end
from mpprobe.toolkit import (
    children_of,
    hear,
    parent_of,
    park,
    process_state,
    tell,
    told,
    under_test,
    until,
)


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


def whole(t):
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


def say_once():
    tell("ran-%d" % os.getpid())
    park()


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


FOREIGN = []


def use_foreign():
    other = FOREIGN[0]
    tell(
        "foreign",
        {
            "start": error_names(other.start),
            "join": error_names(other.join, 0),
            "is_alive": error_names(other.is_alive),
            "exitcode": error_names(lambda: other.exitcode),
            "terminate": error_names(other.terminate),
        },
    )


def foreign(t):
    """A forked child that uses the object of its creator's other child."""
    other = t.ctx.Process(target=say_and_park, args=("other",), daemon=False)
    other.start()
    pid = hear("other")
    FOREIGN.append(other)
    process = t.ctx.Process(target=use_foreign)
    process.start()
    process.join()
    used = hear("foreign")
    t.see("start", used["start"])
    t.see("join", used["join"])
    t.see("is_alive", used["is_alive"])
    t.see("exitcode", used["exitcode"])
    t.see("terminate", used["terminate"])
    t.see("user.exitcode", process.exitcode)
    t.see("state", process_state(pid))
    tell("release")
    other.join()
    t.see("other.exitcode", other.exitcode)
