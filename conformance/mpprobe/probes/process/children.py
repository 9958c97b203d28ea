"""What a child gets of its creator, and what it does at its own end."""

import atexit
import os
import signal
import sys
import threading
import time

from mpprobe.probes.process._common import say
from mpprobe.toolkit import children_of, hear, open_descriptors, park, tell, told

# -- what does not reach a child


def accept(*args, **kwargs):
    tell("accepted-%d" % len(kwargs), len(args))


class Unpicklable:
    """Refused by every pickler, also by those that take functions and locks."""

    def __reduce_ex__(self, protocol):
        raise TypeError("this can't be pickled")

    def __call__(self):
        tell("target-ran")


def unpicklable(t):
    """Targets and arguments that can't be pickled, after a process that was all right."""
    good = t.ctx.Process(target=say, args=("good",))
    good.start()
    good.join()
    del good
    processes, descriptors = len(children_of(os.getpid())), len(open_descriptors())
    argument = t.ctx.Process(target=accept, args=(Unpicklable(),))
    t.call("argument", argument.start)
    t.see("argument.pid", argument.pid)
    keyword = t.ctx.Process(target=accept, kwargs={"key": [Unpicklable()]})
    t.call("keyword", keyword.start)
    target = t.ctx.Process(target=Unpicklable())
    t.call("target", target.start)
    started = list(t.ctx.active_children())
    t.see("started", len(started))
    for process in (argument, keyword, target):
        if process.pid is not None:
            process.join()
    t.see("ran", [told(name) for name in ("accepted-0", "accepted-1", "target-ran")])
    del argument, keyword, target, started, process
    t.see("processes", len(children_of(os.getpid())))
    t.see("processes.before", processes)
    t.see("descriptors", len(open_descriptors()))
    t.see("descriptors.before", descriptors)


def session_target(t):
    """A target that is in the creator's main module and not in the child's, as in a REPL."""

    def typed():
        tell("typed-ran")

    typed.__module__ = "__main__"
    typed.__qualname__ = "typed"
    sys.modules["__main__"].typed = typed
    process = t.ctx.Process(target=typed, name="the typed")
    process.start()
    process.join()
    t.see("exitcode", process.exitcode)
    t.see("repr", repr(process))
    t.see("ran", told("typed-ran"))
    t.see("stderr", t.stderr())


# -- streams, and what else a child inherits


def read_stdin():
    tell("child-read", [sys.stdin.read(), sys.stdin.closed, sys.stdin.readable()])


def stdin(t):
    """A creator with unread input on its standard input, and a child that reads its own."""
    reading, writing = os.pipe()
    os.write(writing, b"for the creator\n")
    os.close(writing)
    os.dup2(reading, 0)
    os.close(reading)
    process = t.ctx.Process(target=read_stdin)
    process.start()
    process.join()
    t.see("exitcode", process.exitcode)
    text, closed, readable = hear("child-read")
    t.see("child.text", text)
    t.see("child.closed", closed)
    t.see("child.readable", readable)
    t.see("creator.text", os.read(0, 100))


def write_streams():
    sys.stdout.write("<child's output>")
    sys.stderr.write("<child's errors>")


def streams(t):
    """Unflushed output of creator and child on both standard streams."""
    sys.stdout = os.fdopen(os.dup(1), "w", 8192)
    sys.stdout.write("<creator's output>")
    process = t.ctx.Process(target=write_streams)
    process.start()
    process.join()
    t.see("exitcode", process.exitcode)
    sys.stdout.flush()
    out, err = t.stdout(), t.stderr()
    t.see("out", out)
    t.see("child.times", out.count("<child's output>"))
    t.see("creator.times", out.count("<creator's output>"))
    t.see("err", err)


GLOBAL = ["as imported"]


def tell_inheritance():
    tell(
        "inherited",
        {
            "cwd": os.getcwd(),
            "umask": os.umask(0o22),
            "variable": os.environ.get("MPPROBE_EXTRA"),
            "path": sys.path,
            "argv": sys.argv,
            "global": GLOBAL[0],
            "descriptor": os.path.exists("/proc/self/fd/77"),
            "handler": signal.getsignal(signal.SIGUSR1) == signal.SIG_IGN,
            "session": os.getsid(0),
            "threads": threading.active_count(),
            "main-thread": threading.current_thread() is threading.main_thread(),
            "sigterm": signal.getsignal(signal.SIGTERM) == signal.SIG_DFL,
        },
    )


def inheritance(t):
    """What of the creator's state at start() a child finds."""
    folder = os.environ["MPPROBE_SCRATCH"]
    os.chdir(folder)
    os.umask(0o77)
    os.environ["MPPROBE_EXTRA"] = "extra"
    sys.path.append("/no/such/folder")
    sys.argv = ["renamed", "--option"]
    GLOBAL[0] = "as changed"
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 77)
    os.close(null)
    signal.signal(signal.SIGUSR1, signal.SIG_IGN)
    process = t.ctx.Process(target=tell_inheritance)
    process.start()
    process.join()
    child = hear("inherited")
    t.see("cwd", child["cwd"] == os.path.realpath(folder))
    t.see("umask", child["umask"] == 0o77)
    t.see("variable", child["variable"])
    t.see("path", child["path"])
    t.see("argv", child["argv"])
    t.see("global", child["global"])
    t.see("descriptor", child["descriptor"])
    t.see("handler", child["handler"])
    t.see("session", child["session"] == os.getsid(0))
    t.see("threads", child["threads"])
    t.see("main-thread", child["main-thread"])
    t.see("sigterm", child["sigterm"])


# -- the end of a child's life


def finish_in_thread():
    hear("run-over")
    time.sleep(0.1)
    tell("thread-done")


def end_with_thread():
    atexit.register(tell, "atexit-ran")
    threading.Thread(target=finish_in_thread, daemon=False).start()
    threading.Thread(target=park, args=("never",), daemon=True).start()
    tell("run-over")


def child_end(t):
    """A child whose run() is over before a thread of its own, with an exit handler."""
    process = t.ctx.Process(target=end_with_thread)
    process.start()
    process.join()
    t.see("exitcode", process.exitcode)
    t.see("thread-done", told("thread-done"))
    t.see("atexit-ran", told("atexit-ran"))
