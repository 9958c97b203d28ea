"""Runs programs that use mpref, in every interpreter that is found."""

from __future__ import annotations

import contextlib
import glob
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

HERE = Path(__file__).parent
REFERENCE = HERE.parent
# In seconds. No program takes more than a few seconds of processor time, unless everything is asked
# for; the rest is for busy machines.
PATIENCE = 1500 if os.environ.get("MPREF_TESTS") == "all" else 280

METHODS = ("fork", "spawn", "forkserver")
LEFT_TO_OTHERS = "left to the other start methods on this interpreter; MPREF_TESTS=all runs it, too"

# What `find_interpreter` calls the interpreter that runs the tests.
HOST = "pypy3" if sys.implementation.name == "pypy" else f"3.{sys.version_info.minor}"


def find_interpreter(version: str) -> str | None:
    """Where the interpreter is: "3.9" or "pypy3", under pyenv or on the PATH."""
    if version == "pypy3":
        return shutil.which("pypy3")
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    places = sorted(glob.glob(str(pyenv / "versions" / f"{version}.*" / "bin" / "python")))
    return places[-1] if places else shutil.which(f"python{version}")


def _find() -> dict[str, str]:
    """The interpreters to test: those of MPREF_INTERPRETERS, or one of each version that is found.
    Among the latter is always the one that runs the tests."""
    named = os.environ.get("MPREF_INTERPRETERS")
    if named:
        return {path: path for path in named.split(os.pathsep)}
    found = {}
    for version in ("3.9", "3.10", "3.11", "3.12", "3.13", "3.14", "pypy3"):
        path = find_interpreter(version)
        if path:
            found[version] = path
    found.setdefault(HOST, sys.executable)
    return found


_found = _find()
INTERPRETERS = list(_found.values())
# Those that are asked everything: who names interpreters means them, and MPREF_TESTS=all means all.
# Each of the others is asked by one start method for each test.
ASKED_ALL = (
    set(INTERPRETERS)
    if os.environ.get("MPREF_TESTS") == "all" or HOST not in _found
    else {_found[HOST]}
)


def label(interpreter: str) -> str:
    path = Path(interpreter)
    return path.name if path.name != "python" else path.parent.parent.name


def is_left_to_others(
    number: int, interpreter: str, method: str, methods: Sequence[str] = METHODS
) -> bool:
    """Whether test `number` is run on this interpreter by another one of these start methods."""
    if interpreter in ASKED_ALL:
        return False
    return methods[(number + INTERPRETERS.index(interpreter)) % len(methods)] != method


every_interpreter = pytest.mark.parametrize("interpreter", INTERPRETERS, ids=label)
every_method = pytest.mark.parametrize("method", METHODS)


@dataclass(frozen=True)
class Ended:
    """How a program ended."""

    exitcode: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


def run(
    interpreter: str,
    *args: str,
    cwd: Path,
    stdin: str = "",
    env: dict[str, str] | None = None,
    patience: float = PATIENCE,
) -> Ended:
    """Run an interpreter in a session of its own; what is left of it after `patience` is killed."""
    # Files and not pipes: a pipe ends only when every process that was left behind has ended.
    with (
        tempfile.TemporaryFile("w+") as out,
        tempfile.TemporaryFile("w+") as err,
        subprocess.Popen(
            [interpreter, *args],
            cwd=cwd,
            env=environment(env or {}),
            stdin=subprocess.PIPE,
            stdout=out,
            stderr=err,
            text=True,
            start_new_session=True,
        ) as process,
    ):
        try:
            process.communicate(stdin, timeout=patience)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, 9)
            process.wait()
        texts = []
        for file in (out, err):
            file.seek(0)
            texts.append(file.read())
        ended = Ended(process.returncode, *texts)
        if ended.exitcode != 0:  # a program that was cut off may have left children
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, 9)
    if ended.exitcode == -9:
        pytest.fail(f"hangs: {label(interpreter)} {' '.join(args)}\n{ended.out}\n{ended.err}")
    return ended


def environment(added: dict[str, str]) -> dict[str, str]:
    """This process's environment, in which mpref is found, with more."""
    return {
        **os.environ,
        "PYTHONPATH": str(REFERENCE),
        "PYTHONDONTWRITEBYTECODE": "1",
        **added,
    }


def script(folder: Path, source: str, name: str = "program.py") -> str:
    """Write `source` into `folder`; returns its path."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(source)
    return str(path)
