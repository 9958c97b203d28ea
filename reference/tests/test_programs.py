"""Whole programs: what is seen only from outside, or only when an interpreter starts.

This file is long as each test brings the program that it runs.
"""

import os
import zipfile
from pathlib import Path

import pytest
from leftovers import Leftovers
from programs import REFERENCE, every_interpreter, every_method, run, script

GUARDED = """
import sys
import mpref as multiprocessing

def f(*args):
    import __main__
    print("child", *args, __name__, __main__.__name__, flush=True)

if __name__ == "__main__":
    ctx = multiprocessing.get_context(sys.argv[1])
    p = ctx.Process(target=f, args=(1,))
    p.start()
    p.join()
    print("exit code", p.exitcode)
"""


def in_child(method: str) -> str:
    name = "__main__" if method == "fork" else "__mp_main__"
    return f"child 1 {name} {name}"


@every_interpreter
@every_method
def test_main_module(interpreter: str, method: str, tmp_path: Path) -> None:
    # The program is a script, a module, a package, a folder, and an archive.
    script(tmp_path, GUARDED, "pkg/mod.py")
    script(tmp_path, "", "pkg/__init__.py")
    script(tmp_path, GUARDED, "pkg/__main__.py")
    with zipfile.ZipFile(tmp_path / "app.zip", "w") as archive:
        archive.writestr("__main__.py", GUARDED)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    ways = [["pkg/mod.py"], ["-m", "pkg.mod"], ["-m", "pkg"], ["pkg"], ["app.zip"]]
    for way in ways:
        ended = run(interpreter, *way, method, cwd=tmp_path)
        assert ended.lines == [in_child(method), "exit code 0"], (way, ended)
        assert ended.err == "", way


@every_interpreter
@every_method
def test_no_main_module(interpreter: str, method: str, tmp_path: Path) -> None:
    source = (
        "import mpref\n"
        "def f(): print('child')\n"
        f"ctx = mpref.get_context({method!r})\n"
        "p = ctx.Process(target=print, args=('built-in',)); p.start(); p.join()\n"
        "p = ctx.Process(target=f); p.start(); p.join()\n"
        "print(p.exitcode)\n"
    )
    for args, stdin in ((["-c", source], ""), (["-"], source)):
        ended = run(interpreter, *args, cwd=tmp_path, stdin=stdin)
        if method == "fork":
            assert ended.lines == ["built-in", "child", "0"], ended
        else:
            assert ended.lines == ["built-in", "1"], ended
            assert "AttributeError" in ended.err, ended


@every_interpreter
@every_method
def test_missing_guard(interpreter: str, method: str, tmp_path: Path) -> None:
    source = (
        "import mpref\n"
        "def f(): print('child')\n"
        f"p = mpref.get_context({method!r}).Process(target=f)\n"
        "p.start(); p.join(); print(p.exitcode)\n"
    )
    ended = run(interpreter, script(tmp_path, source), cwd=tmp_path)
    if method == "fork":
        assert ended.lines == ["child", "0"], ended
        return
    assert ended.lines == ["1"], ended
    assert "RuntimeError" in ended.err and "if __name__ == '__main__':" in ended.err


@every_interpreter
def test_package_main_without_guard(interpreter: str, tmp_path: Path) -> None:
    # A child does not run the `__main__` of a package again unless it needs something in it.
    script(tmp_path, "", "pkg/__init__.py")
    script(tmp_path, "def f(): print('child')\n", "pkg/work.py")
    source = (
        "import mpref\n"
        "from pkg.work import f\n"
        "p = mpref.get_context('spawn').Process(target=f)\n"
        "p.start(); p.join(); print(p.exitcode)\n"
    )
    script(tmp_path, source, "pkg/__main__.py")
    ended = run(interpreter, "-m", "pkg", cwd=tmp_path)
    assert ended.lines == ["child", "0"], ended


@every_interpreter
@every_method
def test_order_at_exit(interpreter: str, method: str, tmp_path: Path) -> None:
    # Buffered output is printed once, daemonic children are terminated, the others are joined,
    # exit handlers are run where they were registered, threads are waited for.
    source = """
import atexit, os, sys, threading, time
import mpref

def write(text):
    os.write(1, (text + "\\n").encode())

def ordinary(path):
    atexit.register(write, "child's exit handler")
    threading.Thread(target=later, args=(path,)).start()
    print("child's buffer")

def later(path):
    with open(path) as turn:
        turn.read()
    write("child's thread")

def daemonic(path):
    try:
        with open(path, "w"):
            pass
        time.sleep(1000)
    finally:
        write("finally of a terminated child")

if __name__ == "__main__":
    ctx = mpref.get_context(sys.argv[1])
    os.mkfifo("one")
    os.mkfifo("two")
    print("parent's buffer")
    atexit.register(write, "parent's exit handler")
    d = ctx.Process(target=daemonic, args=("one",), daemon=True)
    d.start()
    with open("one") as turn:
        turn.read()
    ctx.Process(target=ordinary, args=("two",)).start()
    with open("two", "w"):
        pass
    # In one call: PyPy writes a line and its end apart, and the child writes now, too.
    write(str(d.is_alive()))
"""
    ended = run(interpreter, script(tmp_path, source), method, cwd=tmp_path)
    assert ended.exitcode == 0 and ended.err == "", ended
    lines = ended.lines
    assert sorted(lines) == sorted(
        [
            "parent's buffer",
            "parent's exit handler",
            "child's buffer",
            "child's thread",
            "child's exit handler",
            "True",
        ]
    ), ended
    assert lines.index("child's thread") < lines.index("child's exit handler")


@every_interpreter
@every_method
def test_stubborn_daemon(interpreter: str, method: str, tmp_path: Path) -> None:
    # One that ignores SIGTERM is not joined, so it can't keep its parent from exiting.
    source = """
import os, signal, sys
import mpref

def stubborn(ready, release):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.stdout.close(); sys.stderr.close()
    for fd in 1, 2:
        os.close(fd) if os.path.exists(f"/proc/self/fd/{fd}") else None
    with open(ready, "w") as turn:
        turn.write(str(os.getpid()))
    with open(release) as turn:
        turn.read()

if __name__ == "__main__":
    os.mkfifo("ready")
    os.mkfifo("release")
    p = mpref.get_context(sys.argv[1]).Process(
        target=stubborn, args=("ready", "release"), daemon=True
    )
    p.start()
    with open("ready") as turn:
        print(turn.read())
"""
    ended = run(interpreter, script(tmp_path, source), method, cwd=tmp_path)
    assert ended.exitcode == 0, ended
    pid = int(ended.out)
    assert os.path.exists(f"/proc/{pid}"), "terminated after all"
    # Lets it end, and with it the rest of its family.
    with open(tmp_path / "release", "w"):
        pass


@every_interpreter
@every_method
def test_reports_of_failing_children(interpreter: str, method: str, tmp_path: Path) -> None:
    source = """
import sys
import mpref

def fail():
    raise ValueError("on purpose")

def say():
    sys.exit("last words")

if __name__ == "__main__":
    ctx = mpref.get_context(sys.argv[1])
    for target in fail, say:
        p = ctx.Process(target=target, name="the child")
        p.start()
        p.join()
        print(p.exitcode)
"""
    ended = run(interpreter, script(tmp_path, source), method, cwd=tmp_path)
    assert ended.lines == ["1", "1"]
    assert "Process the child:\nTraceback" in ended.err
    assert ended.err.endswith("ValueError: on purpose\nlast words\n"), ended.err


@every_interpreter
@pytest.mark.parametrize("method", ["spawn", "forkserver"])
def test_interrupt_is_not_lost_before_run(interpreter: str, method: str, tmp_path: Path) -> None:
    # An interpreter that is interrupted in a __del__ prints the KeyboardInterrupt and goes on.
    source = """
import signal, sys
import mpref

class Late:
    def __del__(self):
        signal.raise_signal(signal.SIGINT)
        for _ in range(1000):
            pass

def rebuild():
    Late()
    import gc
    gc.collect()

class Argument:
    def __reduce__(self):
        return rebuild, ()

if __name__ == "__main__":
    p = mpref.get_context(sys.argv[1]).Process(target=print, args=(Argument(),), name="the child")
    p.start(); p.join()
    print(p.exitcode)
"""
    ended = run(interpreter, script(tmp_path, source), method, cwd=tmp_path)
    assert ended.lines == ["1"], ended
    assert "Process the child:\nTraceback" in ended.err, ended


@every_interpreter
@every_method
def test_what_children_inherit(interpreter: str, method: str, tmp_path: Path) -> None:
    # Also a child whose class pickles itself, and already while the main module is imported.
    source = """
import sys
import mpref
from mpref import shared_memory
from mpref._start import tracker

def block():
    block = shared_memory.SharedMemory(create=True, size=1)
    block.close()
    block.unlink()
    return tracker._helper is not None  # only in the process that started it

if __name__ != "__main__":
    print("helper of its own while importing:", block(), flush=True)

Base = mpref.get_context(sys.argv[1]).Process

class Mine(Base):
    def __reduce__(self):
        return Mine, ()

    def run(self):
        print("helper of its own:", block())
        print(mpref.get_logger().level)

if __name__ == "__main__":
    mpref.set_forkserver_preload([])
    mpref.get_logger().setLevel(7)
    assert block()
    p = Mine()
    p.start(); p.join()
    print(p.exitcode)
"""
    ended = run(interpreter, script(tmp_path, source), method, cwd=tmp_path)
    importing = [] if method == "fork" else ["helper of its own while importing: False"]
    assert ended.lines == [*importing, "helper of its own: False", "7", "0"], ended


@every_interpreter
def test_global_start_method(interpreter: str, tmp_path: Path) -> None:
    source = """
import mpref

def raises(kind, function, *args, **kwargs):
    try:
        function(*args, **kwargs)
    except kind:
        return
    raise AssertionError(kind)

def unset():
    mpref.set_start_method(None, force=True)
    assert mpref.get_start_method(allow_none=True) is None

if __name__ == "__main__":
    methods = mpref.get_all_start_methods()
    assert methods == ["forkserver", "spawn", "fork"], methods
    assert mpref.get_start_method(allow_none=True) is None
    mpref.Process(); mpref.get_context("fork"); mpref.cpu_count(); mpref.active_children()
    mpref.get_context("spawn").Lock()
    assert mpref.get_start_method(allow_none=True) is None
    for fix in (
        mpref.get_start_method,
        mpref.get_context,
        mpref.Lock,
        mpref.Queue,
        lambda: mpref.set_start_method(None),
    ):
        fix()
        assert mpref.get_start_method(allow_none=True) == "forkserver"
        raises(RuntimeError, mpref.set_start_method, "spawn")
        unset()
    for method in methods:
        mpref.set_start_method(method, force=True)
        assert mpref.get_start_method() == method
        context = mpref.get_context()
        assert context is mpref.get_context(method) is context.get_context()
        assert context.get_start_method() == method
        assert context.get_all_start_methods() == methods
        raises(ValueError, context.set_start_method, method)
        p = mpref.Process(target=print, args=(method,))
        p.start(); p.join()
        assert repr(p).startswith("<Process name='Process-"), p
        assert p.exitcode == 0
    for wrong in ("x", "", 5, [], b"fork"):
        raises(ValueError, mpref.get_context, wrong)
        raises(ValueError, mpref.set_start_method, wrong, force=True)
    assert mpref.get_start_method() == methods[-1]
"""
    ended = run(interpreter, script(tmp_path, source), cwd=tmp_path)
    assert ended.exitcode == 0 and ended.lines == ["forkserver", "spawn", "fork"], ended


PRELOADED = """
import os, sys
import mpref

def f():
    import mod
    print(os.getpid() == mod.pid, os.getppid() == mod.pid, os.getppid() == main_pid)

main_pid = os.getpid()

if __name__ == "__main__":
    on_error, *names = sys.argv[1:]
    if names:
        mpref.set_forkserver_preload(names, on_error=on_error)
    p = mpref.get_context("forkserver").Process(target=f)
    try:
        p.start()
    except (EOFError, ConnectionError):
        print("cut off")
    else:
        p.join()
        print(p.exitcode)
"""


@every_interpreter
def test_preload(interpreter: str, tmp_path: Path) -> None:
    path = script(tmp_path, PRELOADED)
    script(tmp_path, "import os; pid = os.getpid()\n", "mod.py")
    script(tmp_path, "1 / 0\n", "broken.py")
    cases = {
        # `mod` is imported in the child, the main module in the server.
        ("ignore",): ["True False True", "0"],
        ("ignore", "mod"): ["False True False", "0"],
        ("ignore", "missing", "broken", "mod", "__main__"): ["False True True", "0"],
        ("warn", "missing", "mod"): ["False True False", "0"],
        ("fail", "missing", "mod"): ["cut off"],
    }
    for args, lines in cases.items():
        ended = run(interpreter, path, *args, cwd=tmp_path)
        assert ended.lines == lines, (args, ended)
        if args[0] == "warn":
            assert "ImportWarning" in ended.err and "'missing'" in ended.err, ended
        elif args[0] == "fail":
            assert "ModuleNotFoundError" in ended.err, ended
        else:
            assert ended.err == "", (args, ended)


@every_interpreter
@every_method
def test_found_by_a_changed_path(interpreter: str, method: str, tmp_path: Path) -> None:
    # Children find mpref and what it imports, although PYTHONPATH does not name it and the current
    # directory has modules of the same names.
    for name in ("queue", "socket", "types", "pickle", "typing", "mpref"):
        script(tmp_path, "raise ImportError('the wrong one')\n", f"cwd/{name}.py")
    head = f"import sys; sys.path.insert(1, {str(REFERENCE)!r})\n"
    path = script(tmp_path, head + GUARDED)
    ended = run(interpreter, path, method, cwd=tmp_path / "cwd", env={"PYTHONPATH": ""})
    assert ended.lines == [in_child(method), "exit code 0"], ended
    ended = run(interpreter, "-I", "-O", path, method, cwd=tmp_path / "cwd")
    assert ended.lines == [in_child(method), "exit code 0"], ended


@every_interpreter
@every_method
def test_interpreter_options(interpreter: str, method: str, tmp_path: Path) -> None:
    source = """
import sys
import mpref

def f():
    print(sys.flags.optimize, sys.flags.dont_write_bytecode, sys.flags.no_user_site,
          sys.flags.bytes_warning, "error::UserWarning" in sys.warnoptions,
          sys._xoptions.get("answer"), sys._xoptions.get("flag"), flush=True)

if __name__ == "__main__":
    f()
    p = mpref.get_context(sys.argv[1]).Process(target=f)
    p.start(); p.join()
"""
    path = script(tmp_path, source)
    options = ["-OO", "-B", "-s", "-b", "-W", "error::UserWarning", "-X", "answer=42", "-X", "flag"]
    ended = run(interpreter, *options, path, method, cwd=tmp_path)
    assert len(ended.lines) == 2 and ended.lines[0] == ended.lines[1], ended
    assert ended.lines[0].startswith("2 1 1 1 True"), ended


@every_interpreter
@every_method
def test_closed_standard_streams(interpreter: str, method: str, tmp_path: Path) -> None:
    # mpref's descriptors must not get the numbers of the missing streams.
    source = """
import os, sys
import mpref

def f(path):
    with open(path, "w") as file:
        file.write(f"{sys.stdout} {sys.stdin.read()!r}")

if __name__ == "__main__":
    p = mpref.get_context(sys.argv[1]).Process(target=f, args=(sys.argv[2],))
    p.start(); p.join()
    os._exit(p.exitcode)
"""
    path = script(tmp_path, source)
    command = f'exec "{interpreter}" "{path}" {method} told <&- >&- 2>&-'
    ended = run("/bin/sh", "-c", command, cwd=tmp_path)
    assert ended.exitcode == 0
    assert (tmp_path / "told").read_text() == "None ''"


@every_interpreter
@every_method
def test_nothing_is_left_behind(interpreter: str, method: str, tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    script(tmp_path, GUARDED)
    leftovers = Leftovers(str(scratch))
    program = str(tmp_path / "program.py")
    ended = run(interpreter, program, method, cwd=scratch, env=leftovers.environment)
    assert ended.exitcode == 0
    assert not leftovers.found()


@every_interpreter
@every_method
def test_warnings_as_errors(interpreter: str, method: str, tmp_path: Path) -> None:
    path = script(tmp_path, GUARDED)
    ended = run(interpreter, "-X", "dev", "-W", "error", path, method, cwd=tmp_path)
    assert ended.lines == [in_child(method), "exit code 0"], ended
    assert ended.err == "", ended


@every_interpreter
@pytest.mark.skipif(
    "COVERAGE_PROCESS_CONFIG" in os.environ, reason="coverage imports multiprocessing itself"
)
def test_the_standard_library_is_left_alone(interpreter: str, tmp_path: Path) -> None:
    source = (
        "import sys, mpref, mpref.queues\n"
        "print([m for m in sys.modules if m.split('.')[0] == 'multiprocessing'])\n"
    )
    assert run(interpreter, "-c", source, cwd=tmp_path).lines == ["[]"]
