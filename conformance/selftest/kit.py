"""Runs the kit from the outside, as its users do, for the kit's own tests."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import pickle
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypedDict, TypeVar

import pytest
from mpconform import places
from mpconform.implementation import ImplementationError, find_python

SELFTEST = Path(__file__).resolve().parent
REFERENCE = SELFTEST.parent.parent / "reference"


T = TypeVar("T")

# Runs that several tests look at: see `shared_run`.
OF_THE_REFERENCE = ("--impl", "mpref", "--no-known")
OF_THE_STANDARD_LIBRARY = ("--impl", "multiprocessing", "--start-method", "fork", "--no-known")

HEAD = 'name = "sample"\ntitle = "Sample"\nsections = []\n'


@dataclass(frozen=True)
class Outcome:
    """How one run of `mpconform` ended, and what it wrote."""

    folder: Path
    status: int
    text: str
    header: Mapping[str, Any]
    footer: Mapping[str, Any]
    verdicts: Mapping[tuple[str, str | None], Mapping[str, Any]]
    runs: tuple[Mapping[str, Any], ...]

    def ids(self, *kinds: str) -> set[str]:
        """The ids with one of these verdicts, under any start method."""
        return {id_ for (id_, _), v in self.verdicts.items() if v["verdict"] in kinds}

    def of(self, kind: str) -> list[Mapping[str, Any]]:
        return [verdict for verdict in self.verdicts.values() if verdict["verdict"] == kind]

    def by_verdict(self) -> dict[tuple[str, str | None], str]:
        return {key: verdict["verdict"] for key, verdict in self.verdicts.items()}


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "mpconform", *arguments]


def run(
    folder: Path,
    *arguments: str,
    spec: Path | None = None,
    target: Path | None = None,
    environment: Mapping[str, str] | None = None,
    timeout: float = 400,
) -> Outcome:
    """`mpconform run` with these arguments; results are kept in `folder`.

    environment: variables to add.
    """
    path = folder / "results.jsonl"
    words = [*(["--spec", str(spec)] if spec else []), "run", *arguments, "--results", str(path)]
    added = {"MPCONFORM_TARGET": str(target)} if target else {}
    finished = subprocess.run(
        command(*words),
        env={**os.environ, **added, **(environment or {})},
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    return outcome(finished.returncode, finished.stdout + finished.stderr, path)


def shared_run(factory: pytest.TempPathFactory, *arguments: str) -> Outcome:
    """What `run` gives, from one run for all tests and workers of this pytest session."""
    return once(factory, repr(arguments), lambda folder: run(folder, *arguments))


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], T]) -> T:
    """What `make` gives, called once for all tests and workers of this pytest session.

    name: the same name is the same value. make: is given a folder of its own.
    """
    session = os.environ.get("PYTEST_XDIST_TESTRUNUID")
    base = factory.getbasetemp().parent if session else factory.getbasetemp()
    folder = base / f"shared-{session}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"
    folder.mkdir(exist_ok=True)
    kept = folder / "outcome"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            kept.write_bytes(pickle.dumps(make(folder)))
        made: T = pickle.loads(kept.read_bytes())
        return made


def outcome(status: int, text: str, path: Path) -> Outcome:
    lines = path.read_text().splitlines() if path.exists() else []
    records = [json.loads(line) for line in lines]

    def of(kind: str) -> list[Any]:
        return [record for record in records if record["record"] == kind]

    return Outcome(
        path.parent,
        status,
        text,
        (of("header") or [{}])[0],
        (of("footer") or [{}])[0],
        {(v["id"], v["start_method"]): v for v in of("verdict")},
        tuple(of("run")),
    )


def copy_of_the_target(folder: Path) -> Path:
    """A copy of the target side that a test may change."""
    shutil.copytree(
        places.TARGET / "mpprobe",
        folder / "mpprobe",
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    return folder


def spec_of(folder: Path, entries: str) -> Path:
    """A spec of one chapter, `sample`, with one topic, `topic`, that has these entries."""
    chapter = folder / "sample"
    chapter.mkdir(parents=True, exist_ok=True)
    (folder / places.SCHEMA).write_text("{}")
    (chapter / "chapter.toml").write_text(HEAD)
    (chapter / "topic.toml").write_text(entries)
    return folder


class Sample(TypedDict):
    """Arguments of `run`."""

    spec: Path
    target: Path


def sample(folder: Path, probes: str, entries: str) -> Sample:
    """Arguments of `run` that put a test's own topic, probes and spec, in place of all others."""
    target = copy_of_the_target(folder / "target")
    chapter = target / "mpprobe" / "probes" / "sample"
    chapter.mkdir()
    (chapter / "__init__.py").write_text("")
    (chapter / "topic.py").write_text(probes)
    return {"spec": spec_of(folder / "spec", entries), "target": target}


def probe(name: str, expected: Mapping[str, str], since: str = "3.5", ends: bool = False) -> str:
    """A probe of the sample topic that runs once, with a requirement for each observation."""
    stem = f"sample.{name.replace('_', '-')}"
    lines = ["[[probe]]", f'name = "topic.{name}"', "start_methods = []"]
    if ends:
        lines.append(f'ends_clean = "{stem}.ends-clean"')
    for observation, matcher in expected.items():
        lines += [
            "[[probe.requirement]]",
            f'id = "{stem}.{observation}"',
            f'text = "It reports {observation}."',
            'tier = "must"',
            f'since = "{since}"',
            f'expect = {{ "{observation}" = {matcher} }}',
        ]
    return "\n".join([*lines, ""])


def interpreter(name: str) -> str | None:
    """The path of an interpreter, None where this machine has none of that name."""
    try:
        path = find_python(name)
    except ImplementationError:
        return None
    works = subprocess.run([path, "-c", ""], capture_output=True, check=False).returncode == 0
    return path if works else None
