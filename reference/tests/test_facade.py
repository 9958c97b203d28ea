"""What the package shows to its users, and that each documented part says so."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mpref
import pytest
from mpref import context, dummy, process
from mpref._os import cpus
from mpref._start import executable

PACKAGE = Path(mpref.__file__).parent


def _documented() -> Iterator[tuple[str, Any]]:
    for name in mpref.__all__:
        yield name, getattr(mpref, name)
    for owner in (process.BaseProcess, context.BaseContext, context.DefaultContext):
        for name, value in vars(owner).items():
            if name.startswith("_") or not (callable(value) or isinstance(value, property)):
                continue
            if inspect.isfunction(value) or isinstance(value, property):
                yield f"{owner.__name__}.{name}", value
    for module in (cpus, executable, context, process, dummy, dummy.connection):
        for name in module.__all__:
            value = getattr(module, name)
            if value.__module__ != "threading":  # Event and Barrier of `dummy` are its own
                yield f"{module.__name__}.{name}", value
    for name in dummy.__all__:
        yield from _methods(f"dummy.{name}", getattr(dummy, name))
    yield from _methods("dummy.Manager()", type(dummy.Manager()))
    yield from _methods("dummy.get_context()", type(dummy.get_context("spawn")))


def _methods(owner: str, cls: Any) -> Iterator[tuple[str, Any]]:
    """The public methods and properties of a class of this package."""
    if not inspect.isclass(cls) or not cls.__module__.startswith("mpref."):
        return
    for name, value in vars(cls).items():
        if not name.startswith("_") and (inspect.isfunction(value) or isinstance(value, property)):
            yield f"{owner}.{name}", value


@pytest.mark.parametrize(("name", "value"), sorted(dict(_documented()).items()))
def test_anchors(name: str, value: Any) -> None:
    text = inspect.getdoc(value) or ""
    assert len(text) > 20, f"{name} has no docstring"
    if value in (cpus.usable, executable.get_executable):  # ours alone
        return
    assert re.search(r"^Anchor: multiprocessing\.[\w.]+$", text, re.MULTILINE), (
        f"{name}: the docstring names no anchor of the documentation"
    )


def test_contexts_have_the_names_of_the_package() -> None:
    for method in [None, *mpref.get_all_start_methods()]:
        ctx = mpref.get_context(method)
        missing = [name for name in mpref.__all__ if not hasattr(ctx, name)]
        assert not missing, (method, missing)


def test_facade_is_complete() -> None:
    shown = {name for name in vars(mpref) if not name.startswith("_")}
    modules = {path.stem for path in PACKAGE.glob("*.py")}
    modules |= {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert shown - modules == set(mpref.__all__)


def test_the_constructor_is_the_documented_one() -> None:
    signature = inspect.signature(mpref.Process)
    assert [(p.name, p.kind.name, p.default) for p in signature.parameters.values()] == [
        ("group", "POSITIONAL_OR_KEYWORD", None),
        ("target", "POSITIONAL_OR_KEYWORD", None),
        ("name", "POSITIONAL_OR_KEYWORD", None),
        ("args", "POSITIONAL_OR_KEYWORD", ()),
        ("kwargs", "POSITIONAL_OR_KEYWORD", {}),
        ("daemon", "KEYWORD_ONLY", None),
    ]


def test_versions() -> None:
    assert mpref.__spec_version__ == "3.14"
    assert re.match(r"\d+\.\d+", mpref.__version__)


def test_the_map_names_every_module() -> None:
    text = (PACKAGE.parent / "README.md").read_text()
    missing = [
        path.stem
        for path in PACKAGE.glob("*.py")
        if f"`{path.stem}`" not in text and path.stem not in ("__init__", "_version")
    ]
    assert not missing, f"reference/README.md does not say what these are for: {missing}"


@pytest.mark.parametrize("path", sorted(PACKAGE.glob("*.py")), ids=lambda path: path.stem)
def test_imports_the_standard_library_only_and_never_multiprocessing(path: Path) -> None:
    import sys

    for node in ast.walk(ast.parse(path.read_text())):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names = [node.module or ""]
        for name in names:
            top = name.partition(".")[0]
            assert top in sys.stdlib_module_names, f"{path.name}:{node.lineno} imports {name}"
            assert top != "multiprocessing", f"{path.name}:{node.lineno} imports {name}"
            assert name != "concurrent.futures.process", f"{path.name}:{node.lineno}"


def test_all_modules_can_be_imported() -> None:
    for path in PACKAGE.glob("*.py"):
        if path.stem != "__main__":
            importlib.import_module(f"mpref.{path.stem}".replace(".__init__", ""))


def test_exceptions() -> None:
    for name in ("BufferTooShort", "AuthenticationError", "TimeoutError"):
        assert issubclass(getattr(mpref, name), mpref.ProcessError)
    assert mpref.TimeoutError is not TimeoutError


def test_cpu_count(monkeypatch: pytest.MonkeyPatch) -> None:
    assert mpref.cpu_count() >= 1
    monkeypatch.setattr("os.cpu_count", lambda: None)
    with pytest.raises(NotImplementedError):
        mpref.cpu_count()
