"""set_forkserver_preload(): modules that are there, that are missing, and that come late."""

import os
import shutil
import sys

from mpprobe.toolkit import hear, tell


def found_and_missing(t):
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


def late(t):
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


def errors(t):
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


def error_names(t):
    """on_error in the places where it can't be."""
    t.call("positional", t.mp.set_forkserver_preload, ["os"], "ignore")
