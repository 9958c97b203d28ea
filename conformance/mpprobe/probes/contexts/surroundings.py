"""What surrounds a program, seen by its children: at the top of the main module, and later."""

import os
import signal

from mpprobe.probes.contexts.main_module import facts

TOP = """
import json, os, sys, time
TOP = {
    "argv": list(sys.argv),
    "path": list(sys.path),
    "folder": os.getcwd(),
    "variable": os.environ.get("SUGAR"),
    "file": __file__,
    "package": __package__,
    "spec": __spec__ and __spec__.name,
    "flags": [sys.flags.optimize, sys.flags.utf8_mode if sys.version_info >= (3, 7) else 0],
}
import IMPLEMENTATION as mp

def tell():
    say(child=[TOP, os.environ.get("SUGAR"), os.environ.get("SALT"), time.tzname[0]])

def say(**facts):
    os.write(1, (json.dumps(facts) + "\\n").encode())

def ask(context):
    child = context.Process(target=tell)
    child.start()
    child.join()

if __name__ == "__main__":
    context = mp.get_context(START_METHOD)
    say(parent=TOP)
    ask(context)
    sys.argv[1:] = ["changed"]
    sys.path.insert(0, "/nowhere")
    os.environ["SUGAR"] = "more"
    os.environ["TZ"] = "XYZ-3"
    time.tzset()
    os.environ.pop("SALT")
    os.chdir("..")
    say(folder=os.getcwd())
    ask(context)
    ask(context)
"""


def script(t):
    """A script that computes its settings at the top, and changes its surroundings later."""
    _surrounded(t, "script", ["-O"])


def module(t):
    """A program that was started with -m."""
    _surrounded(t, "module", ["-O"])


def _surrounded(t, how, options):
    os.environ.update(SUGAR="sweet", SALT="salty", TZ="ABC-1")
    ended = t.program(TOP, how=how, options=options, arguments=["--verbose", "x"])
    t.see("code", ended["code"])
    t.see("err", ended["err"][-300:])
    said = facts(ended["out"])
    children = said.get("child") or [[{}, None, None, None]]
    parent, (first, sugar, salt, zone) = said.get("parent", [{}])[0], children[0]
    t.see("has-arguments", parent.get("argv", [])[1:])
    for name in ("argv", "folder", "variable", "file", "package", "spec", "flags"):
        t.see("same." + name, name in first and first[name] == parent[name])
    path = first.get("path", [])
    t.see("has-path", len(path) > 0)
    t.see("lost-path", [each for each in parent.get("path", []) if each and each not in path])
    t.see("variables", [sugar, salt, zone])
    later = children[1:]
    t.see("later.variables", [each[1:] for each in later])
    t.see("later.top.argv", [each[0]["argv"][1:] for each in later])
    t.see("later.top.variable", [each[0]["variable"] for each in later])
    t.see("later.top.folder", [[each[0]["folder"]] == said.get("folder") for each in later])
    t.see("later.top.path", ["/nowhere" in each[0]["path"] for each in later])


APPLICATION = """
import sys
import IMPLEMENTATION as mp

class Thing(object):
    def __init__(self, number):
        self.number = number

def make(end, number):
    end.send(Thing(number))

if __name__ == "__main__":
    context = mp.get_context(START_METHOD)
    ours, theirs = context.Pipe()
    child = context.Process(target=make, args=(theirs, 5))
    try:
        child.start()
    except Exception as error:
        print("raised")
    else:
        child.join()
        print("came", ours.poll() and type(ours.recv()) is Thing)
"""

LAUNCHER = """
import IMPLEMENTATION, os, py_compile, runpy, sys, types
with open("app.py", "w") as file:
    file.write(%r)
"""
LAUNCHES = {
    "run-path": "runpy.run_path('app.py', run_name='__main__')",
    "run-module": (
        "sys.path.insert(0, ''); runpy.run_module('app', run_name='__main__', alter_sys=True)"
    ),
    "compiled": (
        "py_compile.compile('app.py', 'app.pyc'); runpy.run_path('app.pyc', run_name='__main__')"
    ),
    "replaced": (
        "main = types.ModuleType('__main__'); main.__file__ = 'app.py'; "
        "sys.modules['__main__'] = main; "
        "exec(compile(open('app.py').read(), 'app.py', 'exec'), main.__dict__)"
    ),
    "removed": (
        "text = open('app.py').read(); os.remove('app.py'); "
        "main = types.ModuleType('__main__'); main.__file__ = 'app.py'; "
        "sys.modules['__main__'] = main; exec(compile(text, 'app.py', 'exec'), main.__dict__)"
    ),
}


def launchers(t):
    """Programs that a launcher runs as __main__ after it has imported the module."""
    source = APPLICATION.replace("IMPLEMENTATION", t.mp.__name__)
    source = source.replace("START_METHOD", repr(t.method))
    for name, line in sorted(LAUNCHES.items()):
        ended = t.program(LAUNCHER % source + line, how="command")
        t.see(name, ended["out"].strip())
        t.see(name + ".code", ended["code"])


WATCHDOG = """
import faulthandler, sys
faulthandler.dump_traceback_later(4, exit=True)
import IMPLEMENTATION as mp

def wait(end):
    end.recv_bytes()

if __name__ == "__main__":
    faulthandler.cancel_dump_traceback_later()
    context = mp.get_context(START_METHOD)
    if START_METHOD == "forkserver":
        # The server runs the main module, too, and is to live on beyond what it asks for there.
        ours, theirs = context.Pipe()
        child = context.Process(target=wait, args=(theirs,))
        child.start()
        child.join(5)
        ours.send_bytes(b"")
        child.join()
        print(child.exitcode)
    child = context.Process(target=abs, args=(1,))
    child.start()
    child.join()
    print(child.exitcode)
"""


def watchdog(t):
    """A main module that arms a watchdog at its top."""
    ended = t.program(WATCHDOG)
    t.see("exitcodes", ended["out"].split()[-1:])
    t.see("server-lives-on", ended["out"].split()[:1])
    t.see("code", ended["code"])


BLOCKED = """
import signal, sys
import IMPLEMENTATION as mp

if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCHLD])
    for number in range(3):
        child = mp.get_context(START_METHOD).Process(target=abs, args=(1,))
        child.start()
        child.join(5)
        print(child.exitcode, flush=True)
        if child.exitcode is None:
            child.terminate()
"""


def sigchld_blocked(t):
    """A program that takes its signals itself, and so has SIGCHLD blocked."""
    ended = t.program(BLOCKED)
    t.see("exitcodes", ended["out"].split())
    t.see("code", ended["code"])


LOOP = """
import asyncio, os, signal
import IMPLEMENTATION as mp

def work(end):
    end.send("begun")
    end.recv()

seen = []

async def main():
    loop = asyncio.get_event_loop()
    for number in (signal.SIGTERM, signal.SIGUSR1):
        loop.add_signal_handler(number, seen.append, number.name)
    context = mp.get_context(START_METHOD)
    for number in (signal.SIGTERM, signal.SIGUSR1):
        ours, theirs = context.Pipe()
        child = context.Process(target=work, args=(theirs,))
        child.start()
        theirs.close()
        ours.recv()
        os.kill(child.pid, number)
        child.join(5)
        print(child.exitcode, flush=True)
        if child.exitcode is None:
            os.kill(child.pid, signal.SIGKILL)
            child.join()
    await asyncio.sleep(0)
    print(len(seen))
    os.kill(os.getpid(), signal.SIGUSR1)
    while not seen:
        await asyncio.sleep(0.01)
    print(len(seen))

asyncio.new_event_loop().run_until_complete(main())
"""


def event_loop(t):
    """A program whose event loop handles signals, and whose children get some."""
    ended = t.program(LOOP)
    out = ended["out"].split()
    t.see("exitcodes", out[:2])
    t.see("handled-by-the-parent", out[2:])
    t.see("code", ended["code"])
    t.see("expected", ["-%d" % number for number in (signal.SIGTERM, signal.SIGUSR1)])
