"""Processors, frozen programs, and the interpreter that children run."""

import os
import sys
from pathlib import Path

from mpprobe.probes.misc._common import say_hello
from mpprobe.toolkit import hear, tell


def processors(t):
    """cpu_count() beside what the system says; then in a process kept to one processor."""
    count = t.call("count", t.mp.cpu_count)
    t.see("type", type(count).__name__)
    t.see("system", os.cpu_count())
    usable = usable_processors()
    t.see("usable", len(usable))
    allow_processors(usable[:1])
    t.see("kept-to-one.usable", len(usable_processors()))
    t.see("kept-to-one", t.mp.cpu_count())
    allow_processors(usable)


def usable_processors():
    """The processors that this process may use. PyPy has no os.sched_getaffinity()."""
    with open("/proc/self/status") as file:
        allowed = next(line for line in file if line.startswith("Cpus_allowed_list:"))
    numbers = []
    for part in allowed.split()[1].split(","):
        first, _, last = part.partition("-")
        numbers += range(int(first), int(last or first) + 1)
    return numbers


def allow_processors(numbers):
    import ctypes

    mask = ctypes.create_string_buffer(max(numbers) // 8 + 8)
    for number in numbers:
        mask[number // 8] = ord(mask[number // 8]) | 1 << number % 8
    ctypes.CDLL(None).sched_setaffinity(0, len(mask), mask)


def processors_unknown(t):
    """cpu_count() where the interpreter cannot tell how many processors there are."""

    def unknown(*names):
        raise ValueError("this system does not say")

    os.cpu_count = lambda: None
    os.sysconf = unknown
    if hasattr(os, "process_cpu_count"):
        os.process_cpu_count = lambda: None
    t.call("count", t.mp.cpu_count)


PROCESSORS_PROGRAM = """
import os
import IMPLEMENTATION
print(IMPLEMENTATION.cpu_count(), os.cpu_count())
"""


def processors_overridden(t):
    """cpu_count() and os.cpu_count() when a flag or a variable says how many there are."""
    by_flag = t.program(PROCESSORS_PROGRAM, options=["-X", "cpu_count=37"])["out"].split()
    os.environ["PYTHON_CPU_COUNT"] = "41"
    by_variable = t.program(PROCESSORS_PROGRAM)["out"].split()
    t.see("flag", by_flag[0])
    t.see("flag-of-os", by_flag[1])
    t.see("variable", by_variable[0])
    t.see("variable-of-os", by_variable[1])


def freezing(t):
    """freeze_support() in an ordinary program, and in one that looks frozen but uses fork."""
    argv = list(sys.argv)
    t.call("ordinary", t.mp.freeze_support)
    t.see("ordinary.argv", sys.argv == argv)
    t.mp.set_start_method("fork", force=True)
    sys.frozen = True
    sys.argv = [sys.argv[0], "--multiprocessing-fork", "pipe_handle=0"]
    t.call("frozen", t.mp.freeze_support)
    child = t.mp.Process(target=say_hello, args=("hello",))
    child.start()
    child.join()
    t.see("frozen.child", hear("hello") == child.pid)
    t.see("frozen.exitcode", child.exitcode)
    sys.argv = argv
    del sys.frozen


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
