"""What people see where the kit can't run, and where the reader of its output ends early."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import kit
import mptools
import pytest
from mpconform import entry

CONFORMANCE = kit.SELFTEST.parent
TOOLS = Path(mptools.__file__).resolve().parent.parent
PLUGIN = "mpconform.plugin"
MPREF_ALONE = ("python3.9", "python3.10", "pypy3")  # mpref supports them, and the kit does not
READ_BY_OLD_PYTHONS = (
    CONFORMANCE / "mpconform" / "__init__.py",
    CONFORMANCE / "mpconform" / "__main__.py",
    CONFORMANCE / "mpconform" / "entry.py",
    CONFORMANCE / "mpconform" / "plugin" / "__init__.py",
    TOOLS / "mptools" / "__init__.py",
    TOOLS / "mptools" / "__main__.py",
)

OWN_TEST = "def test_own():\n    assert True\n"


@pytest.fixture(params=MPREF_ALONE)
def old_python(request: pytest.FixtureRequest) -> str:
    path = kit.interpreter(request.param)
    if path is None:
        pytest.skip(f"no {request.param} on this machine")
    return path


def run(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(CONFORMANCE), str(TOOLS)])
    return subprocess.run(
        words,
        env=os.environ | {"PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"} | environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def host(code: str, *words: str) -> subprocess.CompletedProcess[str]:
    # The plugin is loaded by name, and not a second time where it is installed.
    return run(sys.executable, "-c", code, *words, PYTEST_DISABLE_PLUGIN_AUTOLOAD="1")


# -- a Python that is too old


@pytest.mark.parametrize(
    "path", READ_BY_OLD_PYTHONS, ids=lambda path: f"{path.parent.name}/{path.stem}"
)
def test_what_old_pythons_read_keeps_to_their_syntax(path: Path) -> None:
    ast.parse(path.read_text(), feature_version=(3, 9))


@pytest.mark.parametrize("command", [["mpconform", "list"], ["mptools", "lint"]])
def test_a_command_says_in_one_line_that_this_python_is_too_old(
    old_python: str, command: list[str]
) -> None:
    finished = run(old_python, "-m", *command)
    assert finished.returncode == 4
    assert finished.stdout == ""
    wanted = rf"{command[0]} needs Python 3\.11 or later, and this is 3\.\d+\n"
    assert re.fullmatch(wanted, finished.stderr)


def test_the_plugin_is_empty_where_the_python_is_too_old(old_python: str) -> None:
    show = (
        f"import json, {PLUGIN} as plugin\n"
        "print(json.dumps([n for n in dir(plugin) if n.startswith('pytest')]), "
        "json.dumps(plugin.pytest_plugins))"
    )
    finished = run(old_python, "-c", show)
    assert finished.stdout == '["pytest_plugins"] []\n', finished.stderr


def test_the_distribution_names_that_plugin_and_the_pytest_that_it_needs() -> None:
    project = tomllib.loads((kit.SELFTEST.parents[1] / "pyproject.toml").read_text())["project"]
    assert project["entry-points"]["pytest11"] == {"mpconform": PLUGIN}
    needed = ".".join(map(str, entry.NEEDED_PYTEST))
    assert any(
        line.startswith(f"pytest>={needed};") for line in project["optional-dependencies"]["kit"]
    )


@pytest.mark.parametrize(
    "too_old", ["entry.NEEDED_PYTHON = (99,)", "pytest.version_tuple = (7, 4, 0)"]
)
def test_an_empty_plugin_leaves_other_tests_alone(too_old: str, tmp_path: Path) -> None:
    """By the real pytest of this Python, of which the plugin is made to believe that it is old."""
    (tmp_path / "test_own.py").write_text(OWN_TEST)
    code = "import sys, pytest, mpconform.entry as entry\n{}\nsys.exit(pytest.main(sys.argv[1:]))"
    old, new = code.format(too_old), code.format("")
    words = ["-p", PLUGIN, "-p", "no:cacheprovider", "-c", os.devnull, str(tmp_path)]
    finished = host(old, *words)
    assert finished.returncode == 0 and "1 passed" in finished.stdout, finished.stdout
    assert "--start-method" not in host(old, "--help", *words).stdout
    assert "--start-method" in host(new, "--help", *words).stdout


def test_own_tests_run_beside_an_installed_mpref(old_python: str, tmp_path: Path) -> None:
    """As users have it: a wheel, an environment, a pytest that fits the Python."""
    if os.environ.get("MPREF_TESTS") != "all":
        pytest.skip("it needs a package index; MPREF_TESTS=all asks for it")
    root = str(kit.SELFTEST.parents[1])
    wheel = run(sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", str(tmp_path), root)
    assert wheel.returncode == 0, wheel.stderr
    [built] = tmp_path.glob("*.whl")
    assert run(old_python, "-m", "venv", str(tmp_path / "venv")).returncode == 0
    python = str(tmp_path / "venv" / "bin" / "python")
    installed = run(python, "-m", "pip", "install", "-q", str(built), "pytest", PYTHONPATH="")
    assert installed.returncode == 0, installed.stderr
    (tmp_path / "test_own.py").write_text(OWN_TEST)
    finished = run(python, "-m", "pytest", "-W", "error", str(tmp_path), PYTHONPATH="")
    assert finished.returncode == 0 and "1 passed" in finished.stdout, finished.stdout


# -- the extra is not installed


@pytest.mark.parametrize(
    ("package", "absent", "words"),
    [
        ("mpconform", "pytest", ["run", "--impl", "multiprocessing"]),
        ("mpconform", "xdist", ["run", "--impl", "multiprocessing"]),
        ("mptools", "jsonschema", ["lint"]),
    ],
)
def test_a_command_names_the_extra_that_it_lacks(
    package: str, absent: str, words: list[str]
) -> None:
    finished = host(_without(absent, package), *words)
    assert finished.returncode == 4
    assert finished.stderr == (f"{package} needs {absent}: pip install 'mpref[kit]' brings it\n"), (
        finished.stderr
    )


def test_run_says_that_pytest_is_too_old() -> None:
    code = (
        "import sys, pytest; pytest.version_tuple = (7, 4, 0); pytest.__version__ = '7.4.0'\n"
        "from mpconform.__main__ import main\nsys.exit(main(sys.argv[1:]))"
    )
    finished = host(code, "run", "misc.cpu-count")
    assert finished.returncode == 4
    assert finished.stderr == (
        "mpconform: run needs pytest 8.2 or later, and this is 7.4.0: "
        "pip install 'mpref[kit]' brings it\n"
    )


def test_commands_that_need_no_extra_do_without_it() -> None:
    assert host(_without("pytest", "mpconform"), "list", "misc.cpu-count").returncode == 0
    assert host(_without("jsonschema", "mptools"), "sentences", "--help").returncode == 0


def test_an_import_that_fails_for_another_reason_shows_its_traceback() -> None:
    with pytest.raises(ModuleNotFoundError, match="no_such_module"):
        entry.run_command("mpconform", lambda: bool(__import__("no_such_module")))


def _without(absent: str, package: str) -> str:
    """A program that runs a command where a package can't be imported."""
    return (
        f"import sys; sys.modules[{absent!r}] = None\n"
        f"from {package}.__main__ import main\nsys.exit(main(sys.argv[1:]))"
    )


# -- the reader has ended


@pytest.mark.parametrize(
    "words",
    [
        ["mpconform", "list"],
        ["mpconform", "show", "misc.cpu-count.counts-processors", "--script"],
        ["mpconform", "describe", "--impl", "multiprocessing"],
        ["mpconform", "run", "misc.cpu-count", "--impl", "multiprocessing", "--jobs", "1"],
        ["mpconform", "run", "misc.cpu-count", "--impl", "multiprocessing", "--jobs", "2"],
        ["mptools", "coverage"],
        ["mptools", "lint"],
        ["mptools", "sentences"],
    ],
    ids=" ".join,
)
def test_a_reader_who_has_seen_enough_gets_no_traceback(words: list[str], tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    docs = ["--docs", str(_documentation(tmp_path))] if words[0] == "mptools" else []
    try:
        finished = subprocess.run(
            [sys.executable, "-m", *words, *docs],
            stdout=writer,
            stderr=subprocess.PIPE,
            text=True,
            timeout=120,
            check=False,
        )
    finally:
        os.close(writer)
    assert finished.stderr == ""
    assert finished.returncode == 1


def _documentation(folder: Path) -> Path:
    """A page that is no documentation: whatever is said about it, something is printed."""
    for name in ("multiprocessing.rst.txt", "multiprocessing.shared_memory.rst.txt"):
        (folder / name).write_text("A page.\n=======\n\nIt says this.\n")
    return folder


def test_json_is_still_whole_where_somebody_reads() -> None:
    finished = run(sys.executable, "-m", "mpconform", "describe", "--impl", "multiprocessing")
    assert json.loads(finished.stdout)["module"] == "multiprocessing"
