"""The implementation under test: from MODULE[@PYTHON] to an interpreter and a description.

PYTHON is a path, a name on PATH, or a version that pyenv has. Results, known
lists and column headings call the implementation by a name that is made of what
the interpreter says of itself: `multiprocessing@python3.8`, `billiard@pypy3.9`.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from mpconform.places import IMPLEMENTATIONS, PROBE_MAIN, TARGET
from mpconform.versions import Version


class ImplementationError(Exception):
    """The implementation that was asked for can't be run; the message says what to do."""


@dataclass(frozen=True)
class Implementation:
    """A module, the interpreter that runs it, and what it said of itself."""

    module: str
    version: str
    documentation: str | None
    interpreter: str
    python: str
    executable: str
    platform: str
    system: str
    start_methods: tuple[str, ...]
    can_fork: bool
    offers: frozenset[str]
    path: tuple[str, ...]
    complete: bool

    @property
    def name(self) -> str:
        """`billiard@pypy3.9`: what results and known lists call it."""
        short = "python" if self.interpreter == "CPython" else self.interpreter.lower()
        return f"{self.module}@{short}{self.python_version}"

    @property
    def python_version(self) -> Version:
        return Version.parse(".".join(self.python.split(".")[:2]))

    @property
    def claimed_version(self) -> Version:
        """The version whose documentation it is judged by, unless the user says another."""
        return Version.parse(self.documentation) if self.documentation else self.python_version

    def to_json(self) -> dict[str, Any]:
        data = asdict(self)
        del data["path"]
        return data | {"offers": sorted(self.offers), "name": self.name}

    def to_builtins(self) -> dict[str, Any]:
        """The fields in built-in types, all that pytest-xdist can send to its workers."""
        return vars(self) | {"offers": sorted(self.offers)}

    @classmethod
    def from_builtins(cls, data: Mapping[str, Any]) -> Implementation:
        """The implementation of which `to_builtins` made the data."""
        tuples = {name: tuple(data[name]) for name in ("start_methods", "path")}
        return cls(**{**data, **tuples, "offers": frozenset(data["offers"])})

    def environment(self) -> dict[str, str]:
        """The whole environment of the target's processes."""
        return target_environment(self.module, self.path)


@dataclass(frozen=True)
class Wanted:
    """What the user asked for, before any interpreter was started."""

    module: str
    python: str

    @classmethod
    def parse(cls, text: str) -> Wanted:
        module, at, python = text.partition("@")
        if not re.fullmatch(r"[A-Za-z_]\w*(\.\w+)*", module) or (at and not python):
            raise ImplementationError(
                f"--impl takes MODULE[@PYTHON], as billiard or multiprocessing@python3.8, "
                f"not {text!r}"
            )
        return cls(module, find_python(python) if python else sys.executable)


def find_python(name: str) -> str:
    """The executable that `name` means: a path, a name on PATH, or a pyenv version."""
    if os.sep in name:
        if not os.access(name, os.X_OK):
            raise ImplementationError(f"no executable is at {name!r}")
        return name
    on_path = shutil.which(name)
    if on_path and "shims" not in Path(on_path).parts:
        return on_path
    wanted = name.removeprefix("python")
    versions = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    found = [
        folder
        for folder in (versions.iterdir() if versions.is_dir() else ())
        if folder.name == wanted or folder.name.startswith(wanted + ".")
    ]
    if wanted and found:
        newest = max(found, key=lambda folder: [int(n) for n in re.findall(r"\d+", folder.name)])
        return str(newest / "bin" / "python")
    if on_path:
        return on_path
    raise ImplementationError(
        f"no interpreter {name!r}: it is not a path, not on PATH, and pyenv has no such version"
    )


def describe(wanted: Wanted, names: Iterable[str], path: Iterable[str] = ()) -> Implementation:
    """Start the interpreter once and let the implementation introduce itself."""
    entry = known_module(wanted.module)
    extra = [*path]
    if "path" in entry and (held := (IMPLEMENTATIONS.parent / entry["path"]).resolve()).is_dir():
        extra.append(str(held))
    environment = target_environment(wanted.module, extra)
    try:
        finished = subprocess.run(
            [wanted.python, PROBE_MAIN, "describe"],
            input=json.dumps(sorted(names)),
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        said = json.loads(finished.stdout)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ImplementationError(f"{wanted.python!r} can't be started: {error}") from error
    except ValueError as error:
        raise ImplementationError(
            f"{wanted.python!r} did not describe {wanted.module!r}; it wrote\n"
            f"{finished.stdout}{finished.stderr}"
        ) from error
    if "error" in said:
        hint = f"--install, or {wanted.python} -m pip install {entry.get('package', wanted.module)}"
        raise ImplementationError(
            f"{wanted.python} can't import {wanted.module!r} (try {hint}):\n{said['error']}"
        )
    said["start_methods"] = tuple(said["start_methods"])
    said["offers"] = frozenset(said["offers"])
    return Implementation(**said, path=tuple(extra), complete=bool(entry.get("complete", False)))


def target_environment(module: str, path: Iterable[str]) -> dict[str, str]:
    """This process's environment without the variables that change how Python behaves.

    PYTHONUNBUFFERED, for one, would hide whether a child flushes its streams; coverage of the kit
    would import multiprocessing, and replace os._exit.
    """
    changing = ("PYTHON", "COVERAGE_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(changing)}
    return kept | {
        "PYTHONPATH": os.pathsep.join([str(TARGET), *path]),
        "MPPROBE_IMPLEMENTATION": module,
    }


def install(wanted: Wanted, folder: Path) -> Wanted:
    """Make (or find) a virtual environment that has the module; the module in that environment."""
    entry = known_module(wanted.module)
    short = wanted.python.strip(os.sep).replace(os.sep, "-")
    home = (folder / f"{wanted.module}@{short}").absolute()
    python = home / "bin" / "python"
    marker = home / "installed"
    if not marker.exists():
        _checked([wanted.python, "-m", "venv", "--clear", str(home)], "make an environment")
        if "package" in entry or wanted.module not in known_modules():
            package = entry.get("package", wanted.module)
            _checked([str(python), "-m", "pip", "install", "-q", package], f"install {package}")
        marker.touch()
    return Wanted(wanted.module, str(python))


def known_modules() -> Mapping[str, Any]:
    """`implementations.toml`: what the kit knows of a module before it runs."""
    with IMPLEMENTATIONS.open("rb") as file:
        return tomllib.load(file)


def known_module(module: str) -> Mapping[str, Any]:
    entry: Mapping[str, Any] = known_modules().get(module, {})
    return entry


def _checked(command: list[str], purpose: str) -> None:
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    if finished.returncode:
        raise ImplementationError(
            f"could not {purpose}: {' '.join(command)} exited with {finished.returncode}\n"
            f"{finished.stdout}{finished.stderr}"
        )
