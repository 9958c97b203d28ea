"""Imports run one way, and the target side stays within old Pythons' grammar and library."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

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
        [python, "-m", "compileall", "-q", str(target)], capture_output=True, text=True
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
