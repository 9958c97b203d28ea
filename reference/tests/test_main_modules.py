"""Every way to run a program: its children find the main module, or `start()` says why not."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest
from programs import ASKED_ALL, Ended, every_interpreter, every_method, run, script

# An object of a class of the main module comes back from a child.
SOURCE = """
import sys
import mpref

class Thing:
    def __init__(self, number):
        self.number = number

def make(queue, number):
    queue.put(Thing(number))

if __name__ == "__main__":
    context = mpref.get_context(sys.argv[-1])
    queue = context.SimpleQueue()
    child = context.Process(target=make, args=(queue, 5))
    try:
        child.start()
    except Exception as error:
        print("RAISED", type(error).__name__)
        sys.exit()
    child.join()
    print("CAME", child.exitcode == 0 and type(queue.get()) is Thing)
"""

RUNPY = "import sys, mpref, runpy; runpy."
LIKE_A_NOTEBOOK = """
import mpref, sys, types
main = types.ModuleType("__main__")
main.__file__ = "app.py"
del main.__spec__
sys.modules["__main__"] = main
exec(compile(open("app.py").read(), "app.py", "exec"), vars(main))
"""
WORK = {
    "script": ["app.py"],
    "without an ending": ["app"],
    "a link": ["link.py"],
    "compiled": ["app.pyc"],
    "-m module": ["-m", "pkg.mod"],
    "-m package": ["-m", "pkg"],
    "-m in a namespace package": ["-m", "space.mod"],
    "folder": ["folder"],
    "compiled folder": ["compiled"],
    "archive": ["app.zip"],
    "-i": ["-i", "app.py"],
    "pdb": ["-m", "pdb", "-c", "continue", "-c", "quit", "app.py"],
    "pdb -m": ["-m", "pdb", "-c", "continue", "-c", "quit", "-m", "pkg.mod"],
    "run_path": ["-c", RUNPY + "run_path('app.py', run_name='__main__')"],
    "run_path compiled": ["-c", RUNPY + "run_path('app.pyc', run_name='__main__')"],
    "run_path folder": ["-c", RUNPY + "run_path('folder', run_name='__main__')"],
    "run_path archive": ["-c", RUNPY + "run_path('app.zip', run_name='__main__')"],
    "run_module": ["-c", RUNPY + "run_module('pkg.mod', run_name='__main__', alter_sys=True)"],
    "a module in the place of __main__": ["-c", LIKE_A_NOTEBOOK],
}
# What interpreters are known to differ in: all others than the one that runs the tests are asked
# these alone, unless everything is asked for.
DIFFERING = ("compiled", "pdb", "pdb -m", "run_path archive", "run_module")
# The class is in no module: the profilers keep `__main__` for themselves up to 3.11, run_module()
# does so unless asked not to.
HIDDEN = {
    "profile": ["-m", "profile", "app.py"],
    "run_module alone": ["-c", RUNPY + "run_module('pkg.mod', run_name='__main__')"],
}


@pytest.fixture
def app(tmp_path: Path) -> Path:
    for name in ("app.py", "app", "pkg/mod.py", "pkg/__main__.py", "space/mod.py"):
        script(tmp_path, SOURCE, name)
    script(tmp_path, "", "pkg/__init__.py")
    script(tmp_path, SOURCE, "folder/__main__.py")
    with zipfile.ZipFile(tmp_path / "app.zip", "w") as archive:
        archive.writestr("__main__.py", SOURCE)
    (tmp_path / "link.py").symlink_to("app.py")
    return tmp_path


def compile_app(interpreter: str, folder: Path) -> None:
    (folder / "compiled").mkdir()
    code = "import py_compile; py_compile.compile('app.py', 'app.pyc', doraise=True)"
    subprocess.run([interpreter, "-c", code], cwd=folder, check=True)
    shutil.copy(folder / "app.pyc", folder / "compiled" / "__main__.pyc")


@every_interpreter
@every_method
def test_a_class_of_the_main_module_comes_back(interpreter: str, method: str, app: Path) -> None:
    compile_app(interpreter, app)
    ways = WORK if interpreter in ASKED_ALL else DIFFERING
    for way in ways:
        arguments = WORK[way]
        ended = run(interpreter, *arguments, method, cwd=app)
        assert "CAME True" in ended.out, (way, ended)


@every_interpreter
@every_method
def test_a_hidden_main_module_raises_in_start(interpreter: str, method: str, app: Path) -> None:
    if method == "fork":
        pytest.skip("fork pickles nothing at the start")
    for way, arguments in HIDDEN.items():
        ended = run(interpreter, *arguments, method, cwd=app)
        assert "RAISED PicklingError" in ended.out, (way, ended)


def through_a_shell(interpreter: str, line: str, folder: Path) -> Ended:
    wrapper = script(folder, line, "wrapper.sh")
    return run("/bin/bash", wrapper, interpreter, cwd=folder)


@every_interpreter
@every_method
def test_a_main_module_that_is_read_once_raises_in_start(
    interpreter: str, method: str, app: Path
) -> None:
    for path in ("/dev/fd/9 9< <(cat app.py)", "/dev/stdin < app.py"):
        name, _, rest = path.partition(" ")
        line = f'exec "$1" {name} {shlex.quote(method)} {rest}\n'
        ended = through_a_shell(interpreter, line, app)
        expected = "CAME True" if method == "fork" else "RAISED RuntimeError"
        assert expected in ended.out, (path, ended)


@every_interpreter
@every_method
def test_a_main_module_that_is_gone_raises_in_start(
    interpreter: str, method: str, app: Path
) -> None:
    source = SOURCE.replace("    context =", "    import os; os.remove(__file__)\n    context =")
    ended = run(interpreter, script(app, source, "gone.py"), method, cwd=app)
    assert ("CAME True" if method == "fork" else "RAISED FileNotFoundError") in ended.out, ended


SEEN_AT_THE_TOP = """
import os, sys
TOP = {
    "argv": list(sys.argv), "path": list(sys.path), "folder": os.getcwd(),
    "environment": os.environ.get("SUGAR"), "file": __file__, "package": __package__,
    "spec": __spec__ and __spec__.name, "optimize": sys.flags.optimize,
    "utf8": sys.flags.utf8_mode,
}
import mpref

def tell(queue):
    queue.put(TOP)

def seen_by_a_child(context):
    queue = context.SimpleQueue()
    child = context.Process(target=tell, args=(queue,))
    child.start()
    seen = queue.get()
    child.join()
    return seen

if __name__ == "__main__":
    context = mpref.get_context(sys.argv[1])
    first = seen_by_a_child(context)
    for name, value in TOP.items():
        if first[name] != value and name != "path":
            print("first", name, first[name], "instead of", value)
    if [each for each in TOP["path"] if each not in first["path"]]:
        print("first path", first["path"])
    sys.argv[1:] = ["changed"]
    sys.path.insert(0, "/nowhere")
    os.environ["SUGAR"] = "more"
    os.chdir("..")
    for number in (2, 3):
        # A forked child has the module of its parent, which saw what was there at its beginning.
        if context.get_start_method() != "fork":
            seen = seen_by_a_child(context)
            for name, value in [
                ("argv", sys.argv), ("folder", os.getcwd()), ("environment", "more"),
            ]:
                if seen[name] != value:
                    print(number, name, seen[name], "instead of", value)
            if "/nowhere" not in seen["path"]:
                print(number, "path", seen["path"])
    print("done")
"""


@every_interpreter
@every_method
def test_the_top_of_the_main_module_sees_its_parents_surroundings(
    interpreter: str, method: str, tmp_path: Path
) -> None:
    folder = tmp_path / "inner"
    script(folder, SEEN_AT_THE_TOP, "app.py")
    script(folder, SEEN_AT_THE_TOP, "pkg/mod.py")
    script(folder, "", "pkg/__init__.py")
    for way in (["app.py"], ["-O", "-X", "utf8", "app.py"], ["-m", "pkg.mod"]):
        arguments = [*way, method, "--verbose"]
        ended = run(interpreter, *arguments, cwd=folder, env={"SUGAR": "sweet"})
        assert ended.lines == ["done"] and ended.err == "", (way, ended)


@every_interpreter
@every_method
def test_variables_and_the_time_zone_are_those_of_the_start(
    interpreter: str, method: str, tmp_path: Path
) -> None:
    source = """
import os, sys, time, mpref

def tell(queue):
    queue.put((os.environ.get("NEW"), os.environ.get("OLD"), time.tzname[0]))

if __name__ == "__main__":
    context = mpref.get_context(sys.argv[1])
    queue = context.SimpleQueue()
    for _ in range(2):
        child = context.Process(target=tell, args=(queue,))
        child.start()
        print(*queue.get(), flush=True)
        child.join()
        os.environ.update(NEW="1", TZ="XYZ-3")
        time.tzset()
        os.environ.pop("OLD", None)
"""
    env = {"OLD": "0", "TZ": "ABC-1"}
    ended = run(interpreter, script(tmp_path, source), method, cwd=tmp_path, env=env)
    assert ended.lines == ["None 0 ABC", "1 None XYZ"], ended


@every_interpreter
@every_method
def test_a_watchdog_at_the_top_of_the_main_module_ends_nobody(
    interpreter: str, method: str, tmp_path: Path
) -> None:
    # It fires soon: a fork server that kept it would end, and its child with an unknown status.
    source = """
import faulthandler, sys
if sys.argv[1] != "fork" or __name__ == "__main__":
    faulthandler.dump_traceback_later(2, exit=True)
import mpref

def work(end):
    end.recv_bytes()

if __name__ == "__main__":
    faulthandler.cancel_dump_traceback_later()
    context = mpref.get_context(sys.argv[1])
    ours, theirs = context.Pipe()
    child = context.Process(target=work, args=(theirs,))
    child.start()
    if sys.argv[1] == "forkserver":
        child.join(3)
    ours.send_bytes(b"")
    child.join()
    print(child.exitcode)
"""
    ended = run(interpreter, script(tmp_path, source), method, cwd=tmp_path)
    assert ended.lines == ["0"], ended


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount something over /proc")
@every_interpreter
@every_method
def test_shared_memory_works_without_proc(interpreter: str, method: str, tmp_path: Path) -> None:
    source = """
import sys, warnings, mpref
from mpref.shared_memory import SharedMemory

def write(name):
    block = SharedMemory(name)
    block.buf[0] = 7
    block.close()

if __name__ == "__main__":
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        block = SharedMemory(create=True, size=100)
    child = mpref.get_context(sys.argv[1]).Process(target=write, args=(block.name,))
    child.start()
    child.join()
    print(child.exitcode, block.buf[0], [each.category.__name__ for each in caught])
    block.close()
    block.unlink()
"""
    script(tmp_path, source)
    line = f'mount -t tmpfs none /proc && exec "$0" program.py {method}\n'
    unshared = ["unshare", "--mount", "/bin/sh", "-c", line, interpreter]
    ended = run("/usr/bin/env", *unshared, cwd=tmp_path)
    if "unshare" in ended.err or "mount" in ended.err:
        pytest.skip(f"nothing can be mounted here: {ended.err.strip()}")
    assert ended.lines == ["0 7 ['RuntimeWarning']"], ended
