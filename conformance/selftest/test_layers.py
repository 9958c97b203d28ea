"""Imports run one way, and the target side stays within old Pythons' grammar and library."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import import_graph
import kit
import pytest

ROOT = Path(__file__).resolve().parents[2]
OWN = {"mpref", "mpconform", "mpprobe", "mptools"}

# package -> the packages of the project that it may import
LAYERS = {
    "reference/mpref": {"mpref"},
    "conformance/mpprobe": {"mpprobe"},
    "conformance/mpconform": {"mpconform"},
    "tools/mptools": {"mptools", "mpconform"},
}
THIRD_PARTY = {
    "conformance/mpconform": {"pytest", "xdist"},
    "tools/mptools": {"jsonschema"},
}


def sources(package: str) -> list[Path]:
    return [path for path in sorted((ROOT / package).rglob("*.py")) if "_data" not in path.parts]


def imports(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name.partition(".")[0]
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.lineno, node.module.partition(".")[0]


@pytest.mark.parametrize("package", sorted(LAYERS))
def test_imports_run_one_way(package: str) -> None:
    allowed = LAYERS[package] | THIRD_PARTY.get(package, set()) | set(sys.stdlib_module_names)
    wrong = [
        f"{path.relative_to(ROOT)}:{line}: {name}"
        for path in sources(package)
        for line, name in imports(path)
        if name not in allowed
    ]
    assert not wrong


@pytest.mark.parametrize("package", ["reference/mpref", "conformance/mpconform", "tools/mptools"])
def test_modules_do_not_import_each_other_in_a_circle(package: str) -> None:
    imports = import_graph.imports_within(ROOT / package)
    assert len(imports) > 20
    assert not [str(each) for each in import_graph.circle_in(imports)]


@pytest.mark.parametrize(
    "line",
    [
        "from . import first",
        "from .first import name",
        "import toy.first",
        "def function():\n    from toy import first",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from .first import name",
        "from .room import second",
    ],
)
def test_a_circle_of_imports_is_found_wherever_it_stands(line: str, tmp_path: Path) -> None:
    toy = tmp_path / "toy"
    (toy / "room").mkdir(parents=True)
    (toy / "__init__.py").write_text("")
    (toy / "room" / "__init__.py").write_text("")
    (toy / "room" / "second.py").write_text("from .. import last")
    (toy / "first.py").write_text("from .room import second")
    (toy / "last.py").write_text(line)
    assert [each.importer for each in import_graph.circle_in(import_graph.imports_within(toy))]
    (toy / "last.py").write_text("import os\nfrom . import __doc__")
    assert not import_graph.circle_in(import_graph.imports_within(toy))


# The order of the reference: a module or a room imports only what stands before it, and within a
# room modules import each other without a circle.
ORDER = [
    *("_version", "exceptions", "_events", "_facade"),
    *("_os", "_ipc"),
    *("process", "_logging"),
    *("_start", "_memory", "_sync", "_pool", "_managers"),
    *("connection", "synchronize", "sharedctypes", "shared_memory", "queues", "pool", "managers"),
    "dummy",
    "context",
    "__init__",
]
ROOMS = ["_os", "_ipc", "_start", "_memory", "_sync", "_pool", "_managers"]


def _place(module: str) -> str:
    """The name under which a module of the reference stands in ORDER."""
    _, _, below = module.partition(".")
    return below.partition(".")[0] or "__init__"


def test_every_module_of_the_reference_has_its_place() -> None:
    found = {_place(module) for module in import_graph.modules_of(ROOT / "reference/mpref")}
    assert sorted(found) == sorted(ORDER)


def test_the_reference_imports_only_what_stands_before() -> None:
    upwards = [
        str(each)
        for each in import_graph.imports_within(ROOT / "reference/mpref")
        if ORDER.index(_place(each.imported)) >= ORDER.index(_place(each.importer))
        and _place(each.imported) != _place(each.importer)
    ]
    assert not upwards


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_begins_with_an_essay_and_nothing_else(room: str) -> None:
    tree = ast.parse((ROOT / "reference/mpref" / room / "__init__.py").read_text())
    essay = ast.get_docstring(tree) or ""
    assert len(tree.body) == 1
    assert len(essay) > 100
    assert essay.count("\n\n") <= 1, "a line that sums up, and one paragraph"


# Forks once for each module, before anything of the package was imported.
IMPORT_EACH = """
import importlib, os, sys, traceback, types

folder, own_facade, *names = sys.argv[1:]
sys.path.insert(0, os.path.dirname(folder))
for name in names:
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            if own_facade == "without":
                sys.modules["mpref"] = types.ModuleType("mpref")
                sys.modules["mpref"].__path__ = [folder]
            importlib.import_module(name)
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    if os.waitpid(pid, 0)[1]:
        print(name)
"""


@pytest.mark.parametrize("facade", ["with", "without"])
def test_each_module_of_the_reference_can_be_the_first_that_is_imported(facade: str) -> None:
    # Without the package's own __init__, which imports half of the modules before any other.
    package = ROOT / "reference/mpref"
    names = [name for name in import_graph.modules_of(package) if name != "mpref"]
    finished = subprocess.run(
        [sys.executable, "-c", IMPORT_EACH, str(package), facade, *names],
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    assert not finished.stdout.split(), finished.stderr


def test_the_reference_never_imports_multiprocessing() -> None:
    forbidden = {"multiprocessing", "_posixshmem"}
    wrong = [
        f"{path.relative_to(ROOT)}:{line}: {name}"
        for path in sources("reference/mpref")
        for line, name in imports(path)
        if name in forbidden and "dropin" not in path.parts
    ]
    assert not wrong


@pytest.mark.parametrize("path", sources("conformance/mpprobe"), ids=lambda path: path.name)
def test_the_target_side_parses_with_the_grammar_of_3_6(path: Path) -> None:
    ast.parse(path.read_text(), feature_version=(3, 6))


def test_the_target_side_compiles_on_python_3_6(tmp_path: Path) -> None:
    python = kit.interpreter("python3.6")
    if python is None:
        pytest.skip("no Python 3.6 on this machine")
    target = kit.copy_of_the_target(tmp_path)
    finished = subprocess.run(
        [python, "-m", "compileall", "-q", str(target)], capture_output=True, text=True, check=False
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr


def test_the_target_side_knows_no_expectation() -> None:
    for path in sources("conformance/mpprobe"):
        assert "expect" not in {
            node.attr for node in ast.walk(ast.parse(path.read_text())) if hasattr(node, "attr")
        }, path


def test_the_map_of_the_kit_names_every_module() -> None:
    words = set(re.findall(r"[a-z_]+", (ROOT / "conformance" / "README.md").read_text()))
    modules = [
        path
        for package in ("mpconform", "mpconform/plugin", "mpprobe")
        for path in (ROOT / "conformance" / package).glob("*.py")
    ]
    missing = [path.name for path in modules if path.stem != "__init__" and path.stem not in words]
    assert modules and not missing
