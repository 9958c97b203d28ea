"""What the package shows to its users; `test_docstrings` reads what it says."""

from __future__ import annotations

import ast
import importlib
import inspect
import pickle
import pydoc
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import mpref
import pytest
from mpref import connection, pool, queues, sharedctypes, synchronize

PACKAGE = Path(mpref.__file__).parent


def _name(path: Path) -> str:
    return ".".join(path.relative_to(PACKAGE).with_suffix("").parts)


def test_contexts_have_the_names_of_the_package() -> None:
    for method in [None, *mpref.get_all_start_methods()]:
        ctx = mpref.get_context(method)
        missing = [name for name in mpref.__all__ if not hasattr(ctx, name)]
        assert not missing, (method, missing)


@pytest.mark.parametrize(
    ("name", "documented"),
    [
        ("Pipe", connection.Pipe),
        ("Queue", queues.Queue),
        ("SimpleQueue", queues.SimpleQueue),
        ("Lock", synchronize.Lock),
        ("Condition", synchronize.Condition),
        ("Value", sharedctypes.Value),
        ("RawArray", sharedctypes.RawArray),
        ("Pool", pool.Pool),
    ],
)
def test_help_shows_the_text_of_what_a_name_makes(name: str, documented: Any) -> None:
    for owner in (mpref, mpref.get_context("spawn"), mpref.context.BaseContext):
        assert inspect.getdoc(getattr(owner, name)) == inspect.getdoc(documented)
    shown = pydoc.plain(pydoc.render_doc(getattr(mpref, name)))
    assert f"{name}{inspect.signature(getattr(mpref, name))}" in shown
    assert "Anchor: multiprocessing." in shown


def test_classes_say_that_they_are_of_the_documented_module() -> None:
    assert repr(synchronize.Lock) == "<class 'mpref.synchronize.Lock'>"
    assert repr(connection.Connection) == "<class 'mpref.connection.Connection'>"
    assert repr(pool.WorkerDied) == "<class 'mpref.pool.WorkerDied'>"
    assert repr(mpref.Process) == "<class 'mpref.context.Process'>"
    for each in (synchronize.Lock, connection.Listener, mpref.Process, pool.WorkerDied):
        assert pickle.loads(pickle.dumps(each)) is each


def test_importing_the_package_imports_no_chapter() -> None:
    program = "import sys, mpref; print(*[name for name in sys.modules if name[:5] == 'mpref'])"
    finished = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    chapters = {"connection", "managers", "pool", "queues", "sharedctypes", "synchronize"}
    assert not {f"mpref.{chapter}" for chapter in chapters} & set(finished.stdout.split())


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


def test_the_map_names_every_module_and_room() -> None:
    text = (PACKAGE.parent / "README.md").read_text()
    names = [path.stem for path in PACKAGE.glob("*.py")]
    names += [path.parent.name for path in PACKAGE.glob("*/__init__.py")]
    missing = [
        name for name in names if f"`{name}`" not in text and name not in ("__init__", "_version")
    ]
    assert not missing, f"reference/README.md does not say what these are for: {missing}"


@pytest.mark.parametrize(
    "room", ["_os", "_ipc", "_start", "_memory", "_sync", "_pool", "_managers"]
)
def test_a_room_tells_what_each_of_its_modules_is_for(room: str) -> None:
    essay = importlib.import_module(f"mpref.{room}").__doc__ or ""
    names = [path.stem for path in (PACKAGE / room).glob("*.py") if path.stem != "__init__"]
    assert not [name for name in names if f"`{name}`" not in essay]


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=_name)
def test_imports_the_standard_library_only_and_never_multiprocessing(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names = [node.module or ""]
        else:
            continue
        for name in names:
            top = name.partition(".")[0]
            assert top in sys.stdlib_module_names, f"{path.name}:{node.lineno} imports {name}"
            assert top != "multiprocessing", f"{path.name}:{node.lineno} imports {name}"
            assert name != "concurrent.futures.process", f"{path.name}:{node.lineno}"


def test_exceptions() -> None:
    for name in ("BufferTooShort", "AuthenticationError", "TimeoutError"):
        assert issubclass(getattr(mpref, name), mpref.ProcessError)
    assert not issubclass(mpref.TimeoutError, TimeoutError)


def test_cpu_count(monkeypatch: pytest.MonkeyPatch) -> None:
    assert mpref.cpu_count() >= 1
    monkeypatch.setattr("os.cpu_count", lambda: None)
    with pytest.raises(NotImplementedError):
        mpref.cpu_count()
