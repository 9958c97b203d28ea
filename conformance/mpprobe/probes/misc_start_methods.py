"""Functions that choose how children are started: methods, contexts, interpreters, preloading."""

import os
import shutil
import sys
from pathlib import Path

from mpprobe.toolkit import hear, tell, under_test

# -- start methods and contexts; these begin with a process in which none is fixed


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


# -- the interpreter of children


def executable(t):
    """Children before and after set_executable() named a script that leads to the interpreter."""
    script = make_interpreter("interpreter")
    first = t.ctx.Process(target=tell_executable)
    first.start()
    first.join()
    t.see("executable", hear("executable") == os.path.realpath("/proc/self/exe"))
    t.see("sys-executable", hear("sys-executable") == sys.executable)
    t.see("used-first", os.path.exists("used"))
    t.call("set", t.mp.set_executable, script)
    second = t.ctx.Process(target=tell, args=("second", "ran"))
    second.start()
    second.join()
    t.see("second", hear("second"))
    t.see("used-second", os.path.exists("used"))
    remove("interpreter", "used")


def executable_of_context(t):
    """set_executable() of a context, with a path-like object."""
    script = make_interpreter("interpreter")
    t.call("set", t.ctx.set_executable, Path(script))
    child = t.ctx.Process(target=tell, args=("child", "ran"))
    t.call("start", child.start)
    child.join()
    t.see("child", hear("child"))
    t.see("used", os.path.exists("used"))
    remove("interpreter", "used")


def tell_executable():
    tell("executable", os.path.realpath("/proc/self/exe"))
    tell("sys-executable", sys.executable)


def make_interpreter(name):
    """A script that leaves the file `used` here, then becomes the interpreter; its path."""
    path = os.path.abspath(name)
    with open(path, "w") as file:
        file.write(
            "#!/bin/sh\n: > '%s'\nexec '%s' \"$@\"\n" % (os.path.abspath("used"), sys.executable)
        )
    os.chmod(path, 0o700)
    return path


def remove(*names):
    for name in names:
        if os.path.exists(name):
            os.remove(name)


# -- the fork server's modules


def preloading(t):
    """Children after set_forkserver_preload() named a module that is there and one that is not."""
    make_module("mpprobe_preloaded")
    t.call("preload", t.mp.set_forkserver_preload, ["mpprobe_missing", "mpprobe_preloaded"])
    for name in ("first", "second"):
        child = t.ctx.Process(target=tell_preloaded, args=(name, "mpprobe_preloaded"))
        child.start()
        child.join()
    first, second = hear("first"), hear("second")
    t.see("loaded", [first["loaded-by"] is not None, second["loaded-by"] is not None])
    t.see("loaded-by-the-server", first["loaded-by"] == first["ppid"])
    t.see("loaded-once", first["loaded-by"] == second["loaded-by"])
    t.see("loaded-by-parent", "mpprobe_preloaded" in sys.modules)
    shutil.rmtree("modules")


def preloading_late(t):
    """set_forkserver_preload() after the first child was started."""
    make_module("mpprobe_late")
    early = t.ctx.Process(target=tell, args=("early",))
    early.start()
    early.join()
    t.call("preload", t.mp.set_forkserver_preload, module_names=["mpprobe_late"])
    child = t.ctx.Process(target=tell_preloaded, args=("late", "mpprobe_late"))
    child.start()
    child.join()
    t.see("loaded", hear("late")["loaded-by"] is not None)
    shutil.rmtree("modules")


def make_module(name):
    """A module that remembers who imported it, where every new interpreter finds it."""
    os.mkdir("modules")
    with open(os.path.join("modules", name + ".py"), "w") as file:
        file.write("import os\nLOADED_BY = os.getpid()\n")
    paths = [os.path.abspath("modules"), os.environ.get("PYTHONPATH", "")]
    os.environ["PYTHONPATH"] = os.pathsep.join(paths)
    sys.path.insert(0, paths[0])


def tell_preloaded(name, module):
    loaded_by = getattr(sys.modules.get(module), "LOADED_BY", None)
    tell(name, {"loaded-by": loaded_by, "ppid": os.getppid()})


PRELOAD_PROGRAM = """
import IMPLEMENTATION as mp

def hello():
    print("hello", flush=True)

if __name__ == "__main__":
    mp.set_forkserver_preload(["mpprobe_missing"], on_error=ON_ERROR)
    process = mp.get_context("forkserver").Process(target=hello)
    try:
        process.start()
        process.join()
        print("exitcode", process.exitcode)
    except (EOFError, ConnectionError):
        print("refused")
"""


def preload_errors(t):
    """A module that can't be preloaded, under each of the three ways to treat that."""
    programs = {}
    for how in ("ignore", "warn", "fail"):
        source = PRELOAD_PROGRAM.replace("ON_ERROR", repr(how))
        programs[how] = t.program(source, options=["-W", "always::ImportWarning"])
    t.see("ignore", programs["ignore"]["out"].split())
    t.see("ignore.stderr", programs["ignore"]["err"])
    t.see("warn", programs["warn"]["out"].split())
    t.see("warn.stderr", programs["warn"]["err"])
    t.see("fail", programs["fail"]["out"].split())
    t.see("fail.stderr", programs["fail"]["err"])


def preload_error_names(t):
    """on_error in the places where it can't be."""
    t.call("positional", t.mp.set_forkserver_preload, ["os"], "ignore")
