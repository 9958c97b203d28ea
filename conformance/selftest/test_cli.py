"""`mpconform` as people type it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import kit
import pytest
from mpconform import places
from mpconform.loader import load
from mpconform.versions import Version


def mpconform(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        kit.command(*words), capture_output=True, text=True, timeout=120, check=False
    )


def test_list_shows_ids_tiers_and_texts_under_a_prefix() -> None:
    printed = mpconform("list", "misc.cpu-count").stdout
    assert "misc.cpu-count.is-offered" in printed
    assert all(line.startswith("misc.cpu-count") for line in printed.splitlines())


def test_show_tells_what_is_promised_expected_and_where() -> None:
    printed = mpconform("show", "misc.cpu-count.counts-processors").stdout
    assert "multiprocessing.cpu_count" in printed
    assert "the same as system" in printed


def test_show_of_a_prefix_lists_what_to_choose_from() -> None:
    finished = mpconform("show", "misc.cpu-count")
    assert finished.returncode == 4
    assert "misc.cpu-count.counts-processors" in finished.stderr


def test_describe_gives_the_self_description_as_json() -> None:
    said = json.loads(mpconform("describe", "--impl", "multiprocessing").stdout)
    assert said["module"] == "multiprocessing"
    assert said["executable"] == sys.executable


def test_a_relative_folder_of_the_implementation_reaches_programs_elsewhere(tmp_path: Path) -> None:
    folder = os.path.relpath(kit.REFERENCE)
    asked = ["contexts.surroundings.sigchld-blocked", "--start-method", "spawn", "--no-known"]
    outcome = kit.run(tmp_path, *asked, "--impl", "mpref", "--impl-path", folder)
    assert outcome.status == 0, outcome.text


def test_a_run_writes_junit_and_json_lines(tmp_path: Path) -> None:
    junit = tmp_path / "junit.xml"
    outcome = kit.run(
        tmp_path,
        *["misc.cpu-count", "--impl", "multiprocessing", "--junitxml", str(junit), "--no-known"],
    )
    cases = ET.parse(junit).getroot().iter("testcase")
    assert len(list(cases)) == len(outcome.verdicts) > 1
    assert outcome.header["implementation"]["module"] == "multiprocessing"
    assert outcome.footer["complete"] is True


@pytest.mark.parametrize(
    "named",
    [
        (),
        ("misc",),
        ("misc/interpreter.toml",),
        ("misc/chapter.toml", "queues"),
        ("misc/interpreter.toml::misc.cpu-count.counts-processors [-]",),
    ],
    ids=str,
)
def test_plain_pytest_runs_what_its_arguments_name(tmp_path: Path, named: tuple[str, ...]) -> None:
    results = tmp_path / "results.jsonl"
    finished = subprocess.run(
        [
            *[sys.executable, "-m", "pytest", "-q"],
            *[str(places.SPEC / name) for name in named or (".",)],
            *["--impl", "multiprocessing", "--select", "misc.cpu-count", "--no-known"],
            *["--results", str(results)],
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    outcome = kit.outcome(finished.returncode, finished.stdout, results)
    assert outcome.status == 0, finished.stdout
    assert outcome.footer["complete"] is True
    docs = Version.parse(outcome.header["docs"])
    applicable = [r for r in load(places.SPEC).select(["misc.cpu-count"]) if r.range_at(docs)]
    assert outcome.ids("pass") == {
        requirement.id
        for requirement in applicable
        if not named
        or any(
            name in (f"{requirement.file}::{requirement.id} [-]", requirement.file)
            or requirement.file.startswith(f"{name}/")
            for name in named
        )
    }


def test_judging_by_another_version_changes_what_applies(tmp_path: Path) -> None:
    outcome = kit.run(
        tmp_path, "misc.cpu-count", "--impl", "multiprocessing", "--docs", "3.6", "--no-known"
    )
    assert outcome.header["docs"] == "3.6"


def test_a_version_that_is_none_is_refused_by_name() -> None:
    finished = mpconform("run", "--impl", "multiprocessing", "--docs", "latest")
    assert finished.returncode != 0
    assert "argument --docs: expected a version like \"3.11\", got 'latest'" in finished.stderr


def test_fix_writes_a_known_list_that_the_next_run_holds_to(tmp_path: Path) -> None:
    probes = "def one(t):\n    t.see('x', 1)\n    t.see('y', 1)\n"
    entries = kit.probe("one", {"x": "1", "y": "2"})
    sample = kit.sample(tmp_path, probes, entries)
    words = ["--impl", "multiprocessing", "--jobs", "1", "--known", str(tmp_path)]
    assert kit.run(tmp_path, *words, **sample).status == 1
    rewritten = kit.run(tmp_path, *words, "--fix", **sample)
    assert rewritten.status == 3
    assert "the known list was rewritten" in rewritten.text
    assert "sample.one.y" in (tmp_path / "multiprocessing.toml").read_text()
    known = kit.run(tmp_path, *words, **sample)
    assert known.status == 0, known.text
    [reason] = [verdict["known"] for verdict in known.verdicts.values() if verdict["known"]]
    assert reason.startswith("unreviewed: ")
