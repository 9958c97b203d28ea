"""Start methods and contexts: listed, chosen, set, fixed.

Each probe begins with a process in which none is fixed.
"""

import os

from mpprobe.toolkit import hear, tell, under_test


def fixing(t):
    """Asking for the start method until it is fixed, and trying to set it afterwards."""
    mp = t.mp
    t.see("at-first", mp.get_start_method(allow_none=True))
    t.see("again", mp.get_start_method(True))
    t.see("asked", mp.get_start_method())
    t.see("fixed", mp.get_start_method(allow_none=True))
    t.see("first-listed", mp.get_all_start_methods()[0])
    t.call("other", mp.set_start_method, "spawn")
    t.call("same", mp.set_start_method, mp.get_start_method())
    t.call("not-forced", mp.set_start_method, "spawn", force=False)
    t.call("none", mp.set_start_method, None)
    t.see("still", mp.get_start_method())


def setting(t):
    """Every way to set a start method, one after the other."""
    mp = t.mp
    t.call("first", mp.set_start_method, "spawn")
    t.see("first.then", mp.get_start_method())
    t.call("second", mp.set_start_method, "forkserver")
    t.see("second.then", mp.get_start_method(allow_none=True))
    t.call("forced", mp.set_start_method, "fork", True)
    t.see("forced.then", mp.get_start_method())
    t.call("by-keyword", mp.set_start_method, method="forkserver", force=True)
    t.see("by-keyword.then", mp.get_start_method())
    t.call("unknown", mp.set_start_method, "no-such-method", force=True)
    t.see("unknown.then", mp.get_start_method(allow_none=True))
    t.call("unset", mp.set_start_method, None, force=True)
    t.see("unset.then", mp.get_start_method(allow_none=True))
    t.call("default", mp.set_start_method, None)
    t.see("default.then", mp.get_start_method(allow_none=True))
    t.see("default.listed", mp.get_all_start_methods()[0])
    mp.set_start_method(None, force=True)
    t.call("after-unset", mp.set_start_method, "spawn")
    t.see("after-unset.then", mp.get_start_method())


def implied(t):
    """What is fixed after uses of the module that name no start method, each from the beginning."""
    mp = t.mp
    default = mp.get_all_start_methods()[0]
    mp.get_all_start_methods(), mp.cpu_count(), mp.current_process(), mp.active_children()
    t.see("looking", mp.get_start_method(allow_none=True))
    for name in mp.get_all_start_methods():
        mp.get_context(name)
    t.see("naming-a-method", mp.get_start_method(allow_none=True))
    context = mp.get_context()
    t.see("get-context", mp.get_start_method(allow_none=True) == default)
    t.see("get-context.is-of", context.get_start_method() == default)
    mp.set_start_method(None, force=True)
    child = mp.Process(target=tell, args=("child",))
    t.see("process", mp.get_start_method(allow_none=True))
    child.start()
    t.see("start", mp.get_start_method(allow_none=True) == default)
    t.call("set-after-start", mp.set_start_method, "spawn")
    child.join()
    mp.set_start_method(None, force=True)
    if hasattr(mp, "Lock"):
        mp.Lock()
    t.see("lock", mp.get_start_method(allow_none=True) == default)


def governing(t):
    """The module's own Process after set_start_method()."""
    t.call("set", t.mp.set_start_method, t.method)
    t.see("get", t.mp.get_start_method())
    t.see("context", t.mp.get_context().get_start_method())
    child = t.mp.Process(target=report_parentage)
    child.start()
    child.join()
    found = hear("found")
    t.see("child-of-this-process", found["ppid"] == os.getpid())
    t.see("same-command", found["command"] == command())
    t.see("method-in-child", found["method"])


def report_parentage():
    method = under_test().get_start_method(allow_none=True)
    tell("found", {"ppid": os.getppid(), "command": command(), "method": method})


def command():
    with open("/proc/self/cmdline", "rb") as file:
        return file.read()


def listing(t):
    """get_all_start_methods(), and whether its list is the caller's own."""
    methods = t.call("methods", t.mp.get_all_start_methods)
    t.see("default", t.mp.get_start_method())
    methods.append("spoilt")
    t.see("again", t.mp.get_all_start_methods())
    usable = [name for name in t.mp.get_all_start_methods() if t.mp.get_context(name)]
    t.see("usable", usable)


def choosing(t):
    """get_context() with each kind of argument."""
    mp = t.mp
    for name in ("fork", "spawn", "forkserver"):
        t.see(name, mp.get_context(name).get_start_method())
    t.see("by-keyword", mp.get_context(method="spawn").get_start_method())
    t.call("unknown", mp.get_context, "no-such-method")
    t.call("wrong-case", mp.get_context, "FORK")
    t.call("empty", mp.get_context, "")
    t.see("none-is-default", mp.get_context(None) is mp.get_context())
    t.see("default", mp.get_context().get_start_method())
    t.see("listed", mp.get_all_start_methods()[0])
    mp.set_start_method("spawn", force=True)
    t.see("default-once-set", mp.get_context().get_start_method())
