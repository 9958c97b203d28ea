"""`show --script` prints a script that needs nothing but the implementation."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import kit
import pytest
from mpconform import known, places
from mpconform.loader import load
from mpconform.script import script
from mpconform.spec import Requirement

SPEC = load(places.SPEC)


# What the standard library is known to fail may stop a script before it reports anything.
FAILED = {entry.id for entry in known.load(places.KNOWN, "multiprocessing@python3.8")}


def usable() -> list[Requirement]:
    """One requirement for each probe, those of all chapters in turn."""
    first: dict[str, Requirement] = {}
    for requirement in SPEC.requirements:
        if requirement.id in FAILED or requirement.is_ending:
            continue
        if requirement.range_at(SPEC.requirements[0].since):
            first.setdefault(requirement.probe, requirement)
    return list(first.values())


def chosen(count: int) -> list[Requirement]:
    candidates = usable()
    return candidates[:: max(1, len(candidates) // count)][:count]


@pytest.mark.parametrize("requirement", chosen(12), ids=lambda requirement: requirement.id)
def test_a_script_runs_with_the_implementation_alone(
    requirement: Requirement, tmp_path: Path
) -> None:
    method = requirement.start_methods[-1] if requirement.start_methods else None
    words = ["show", requirement.id, "--script", "--impl", "multiprocessing"]
    printed = subprocess.run(
        kit.command(*words, *(["--start-method", method] if method else [])),
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    path = tmp_path / "reproduce.py"
    path.write_text(printed)
    python = kit.interpreter("python3.8") or sys.executable
    clean = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    finished = subprocess.run(
        [python, "-I", str(path)],
        env=clean,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    names = {line.split()[0] for line in finished.stdout.splitlines() if line[:1].strip()}
    reported = set(next(iter(requirement.ranges)).expect)
    assert reported & names, finished.stdout


@pytest.mark.parametrize("requirement", usable(), ids=lambda requirement: requirement.probe)
def test_every_probe_can_be_printed_as_a_script(requirement: Requirement) -> None:
    method = requirement.start_methods[0] if requirement.start_methods else None
    compile(script(requirement, "multiprocessing", method), "script", "exec")
