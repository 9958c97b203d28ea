"""Ratios of times: how they are made, and that a workload that goes wrong gives none."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from mpconform.implementation import Wanted
from mptools import ToolError, bench, workloads
from mptools.__main__ import main
from mptools.bench import Case, Result, upper_quartile
from mptools.workloads import TOPICS, Workload, workloads_of


@pytest.mark.parametrize(
    ("values", "quartile"),
    [([3.0], 3.0), ([1.0, 2.0], 1.75), ([5.0, 1.0, 3.0, 2.0, 4.0], 4.0)],
)
def test_upper_quartile(values: list[float], quartile: float) -> None:
    assert upper_quartile(values) == quartile


def a_result(goal: float | None = 1.5) -> Result:
    return Result("name", "text", "fork", goal, (2.0, 4.0, 1.0), (4.0, 4.0, 4.0), (4.0, 2.0, 8.0))


def test_ratios_are_those_of_a_round() -> None:
    # 2, 1 and 4 times as fast; the standard library beside itself 1, 2 and 0.5.
    assert (a_result().ratio, a_result().noise) == (3.0, 1.5)


@pytest.mark.parametrize(("goal", "misses"), [(None, False), (3.0, False), (3.1, True)])
def test_goals(goal: float | None, misses: bool) -> None:
    result = a_result(goal)
    assert result.misses_its_goal is misses
    assert ("!" in bench.line(result)) is misses
    assert len(bench.line(result).split("ms")) == len(bench.HEADER.split()[2:4]) + 1


def nothing(mp: Any) -> Iterator[tuple[Any, Any]]:
    yield lambda: 1, 1


def a_case(prepare: Any = nothing, **goals: float | None) -> Case:
    return Case("pools", Workload("name", "text", prepare, goals, 3, False), "fork")


def test_implementations_take_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def seconds(case: Case, wanted: Wanted) -> float:
        asked.append(wanted.module)
        return 2.0 if wanted.module == "mpref" else 3.0

    monkeypatch.setattr(bench, "_seconds", seconds)
    result = bench.measure(a_case(fork=1.5), Wanted("mpref", sys.executable), 2)
    standard = "multiprocessing"
    assert asked == ["mpref", standard, standard, standard, standard, "mpref"]
    assert (result.ratio, result.noise, result.goal) == (1.5, 1.0, 1.5)
    # The goals are the reference's.
    other = bench.measure(a_case(fork=1.5), Wanted("billiard", sys.executable), 1)
    assert other.goal is None


def wrong(mp: Any) -> Iterator[tuple[Any, Any]]:
    yield lambda: 1, 2


def twice(mp: Any) -> Iterator[tuple[Any, Any]]:
    yield lambda: 1, 1
    yield lambda: 1, 1


def slower_at_first(mp: Any) -> Iterator[tuple[Any, Any]]:
    times = iter([0.2, 0.0, 0.2, 0.2])
    import time

    yield lambda: time.sleep(next(times)), None


def test_a_workload_checks_what_it_returns() -> None:
    with pytest.raises(AssertionError, match="something else"):
        workloads._least_time(a_case(wrong).workload, None)
    with pytest.raises(AssertionError, match="more than once"):
        workloads._least_time(a_case(twice).workload, None)
    assert workloads._least_time(a_case(slower_at_first).workload, None) < 0.1


@pytest.mark.parametrize("topic", TOPICS)
def test_workloads_are_told_apart(topic: str) -> None:
    found = workloads_of(topic)
    assert found
    assert len({each.name for each in found}) == len({each.text for each in found}) == len(found)
    for each in found:
        assert each.text, each.name
        assert set(each.goals) <= {"fork", "spawn", "forkserver"}, each.name
        assert each.goals, each.name


def test_a_real_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "times.json"
    arguments = ["bench", "pools", "apply", "--rounds", "1", "--json", str(file)]
    assert main(arguments) in (0, 1)
    header, row = capsys.readouterr().out.splitlines()
    assert header == bench.HEADER
    assert row.split()[:2] == ["apply", "fork"]
    [result] = json.loads(file.read_text())["results"]
    assert result["seconds"][0] > 0
    assert result["ratio"] == result["against"][0] / result["seconds"][0]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["bench", "pools", "no_such"], "no workload no_such in pools"),
        (["bench", "pools", "--rounds", "0"], "a positive number"),
        (["bench", "pools", "apply", "--impl", "no_such_module", "--rounds", "1"], "exit status 1"),
        (["bench", "pools", "--impl", "a b"], "MODULE[@PYTHON]"),
    ],
)
def test_what_can_not_be_measured(
    arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    assert says in capsys.readouterr().err


def test_a_hang_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def hang(*_: object, **__: object) -> None:
        raise subprocess.TimeoutExpired("python", 1)

    monkeypatch.setattr(subprocess, "run", hang)
    with pytest.raises(ToolError, match="no result after"):
        bench.measure(a_case(fork=None), Wanted("mpref", sys.executable), 1)
