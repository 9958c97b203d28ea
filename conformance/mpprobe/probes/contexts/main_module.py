"""The main module in children: however the program was started, with a guard and without one."""

import json

GUARDED = """
import json, os, sys
import IMPLEMENTATION as mp

CONSTANT = "constant"
changed = "as imported"

def say(**facts):
    os.write(1, (json.dumps(facts) + "\\n").encode())

say(imported=__name__)

class Thing(object):
    def __init__(self, value):
        self.value = value

def work(thing):
    say(child=[CONSTANT, changed, thing.value], same_class=type(thing) is Thing)

def start(method, name, target, *arguments):
    process = mp.get_context(method).Process(target=target, args=arguments)
    try:
        process.start()
    except Exception as error:
        say(**{name: type(error).__name__})
    else:
        process.join()
        say(**{name: process.exitcode})

if __name__ == "__main__":
    mp.freeze_support()
    mp.set_start_method(START_METHOD)
    changed = "at run time"
    start(None, "of-main", work, Thing("argument"))
    start(START_METHOD, "of-elsewhere", os.write, 1, b'{"elsewhere": true}\\n')
"""

UNGUARDED = """
import json, os
import IMPLEMENTATION as mp

def say(**facts):
    os.write(1, (json.dumps(facts) + "\\n").encode())

say(imported=__name__)

def foo():
    say(hello=True)

process = mp.get_context(START_METHOD).Process(target=foo)
process.start()
process.join()
say(exitcode=process.exitcode)
"""


def script(t):
    """A program that is a file."""
    guarded(t, "script")


def module(t):
    """A program that is a module, as -m NAME."""
    guarded(t, "module")


def package(t):
    """A program that is a package with a __main__, as -m PACKAGE."""
    guarded(t, "package")


def folder(t):
    """A program that is a folder with a __main__.py."""
    guarded(t, "folder")


def command(t):
    """A program that is an argument, as -c TEXT: no child can import it."""
    guarded(t, "command")


def stdin(t):
    """A program that comes in on standard input: no child can import it."""
    guarded(t, "stdin")


def unguarded(t):
    """A program that starts a process whenever it is imported."""
    ended = t.program(UNGUARDED)
    said = facts(ended["out"])
    t.see("hello", len(said.get("hello", [])))
    t.see("runtime-error", "RuntimeError" in ended["err"])
    t.see("imported", len(said["imported"]))
    t.see("exitcode", said.get("exitcode"))
    t.see("code", ended["code"])


def guarded(t, how):
    ended = t.program(GUARDED, how=how)
    said = facts(ended["out"])
    t.see("imported", said["imported"])
    t.see("child", said.get("child"))
    t.see("same-class", said.get("same_class"))
    t.see("of-main", said.get("of-main"))
    t.see("elsewhere", said.get("elsewhere"))
    t.see("of-elsewhere", said.get("of-elsewhere"))
    t.see("code", ended["code"])
    t.see("err", ended["err"][-300:])


def facts(out):
    """{name: all values that were said}, from lines that are JSON objects."""
    found = {}
    for line in out.splitlines():
        for name, value in json.loads(line).items():
            found.setdefault(name, []).append(value)
    return found
