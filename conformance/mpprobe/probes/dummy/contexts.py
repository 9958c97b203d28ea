"""What dummy has of contexts, start methods, exceptions and loggers."""

import logging

from mpprobe.probes._common import error_of, result_of
from mpprobe.probes.dummy._common import dummy_of

METHODS = ["spawn", "fork", "forkserver"]


def plain(t):
    """freeze_support(), and that importing dummy starts nothing."""
    dummy = dummy_of(t)
    t.see("freeze-support", dummy.freeze_support())


def counted(t):
    """cpu_count() of both."""
    t.see("same", dummy_of(t).cpu_count() == t.mp.cpu_count())


def exceptions(t):
    """The exceptions, which are those of the package."""
    dummy = dummy_of(t)
    for name in ("ProcessError", "BufferTooShort", "AuthenticationError", "TimeoutError"):
        t.see(name, getattr(dummy, name) is getattr(t.mp, name))


def contexts(t):
    """Contexts: of each start method, of the default, of none that there is."""
    dummy = dummy_of(t)
    seen = []
    for method in [None] + METHODS:
        context = dummy.get_context(method)
        found = []
        process = context.Process(target=lambda: found.append("ran"))  # noqa: B023
        process.start()
        process.join()
        queue = context.Queue()
        queue.put("item")
        seen.append(found + [queue.get(), type(context.Pool) is not None])
    t.see("seen", seen)
    t.see("names", [dummy.get_context(method).get_start_method() for method in METHODS])
    t.see("unknown.raises", error_of(dummy.get_context, "thread of execution"))


def start_methods(t):
    """Start methods: all of them, set, set again, asked for."""
    dummy = dummy_of(t)
    t.see("all", sorted(dummy.get_all_start_methods()))
    t.see("none", dummy.get_start_method(allow_none=True))
    t.see("unknown.raises", error_of(dummy.set_start_method, "thread of execution"))
    t.see("set", [dummy.set_start_method("fork"), dummy.get_start_method()])
    t.see("again.raises", error_of(dummy.set_start_method, "spawn"))
    t.see("forced", [dummy.set_start_method("spawn", force=True), dummy.get_start_method()])
    t.see("elsewhere", t.mp.get_start_method(allow_none=True))
    t.see(
        "for-processes",
        [dummy.set_executable("/no/such/python"), dummy.set_forkserver_preload(["os"])],
    )
    started = []
    process = dummy.Process(target=lambda: started.append(True))
    process.start()
    process.join()
    t.see("started", started)


def loggers(t):
    """The logger, which is the package's."""
    dummy = dummy_of(t)
    t.see("same", dummy.get_logger() is t.mp.get_logger())
    t.see("returned", dummy.log_to_stderr(logging.ERROR) is t.mp.get_logger())
    dummy.get_logger().error("written")
    t.see("written", result_of(t.stderr))
