"""From observations to verdicts, without any process."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import kit
import pytest
from mpconform import report
from mpconform.implementation import Implementation
from mpconform.judge import ERROR, FAIL, PASS, UNSUPPORTED, judge, lacking, without_run
from mpconform.loader import load
from mpconform.plan import plan
from mpconform.runs import Ending, Run
from mpconform.spec import Spec
from mpconform.versions import Version

ENTRIES = """
[[probe]]
name = "topic.value"

[[probe.requirement]]
id = "sample.value.is-one"
text = "The value is 1."
object = "Process.kill"
source = ["multiprocessing.Process.kill 00000000"]
expect = { value = 1 }

[[probe.requirement]]
id = "sample.value.may-be-two"
text = "The value is 2, or not."
tier = "may"
start_methods = []
expect = { value = 2 }

[[probe.requirement]]
id = "sample.value.changed"
text = "The value is 1."
tier = "must"
start_methods = ["spawn"]
ranges = [
  { since = "3.5", until = "3.8", expect = { value = 1 } },
  { since = "3.9", text = "The value is 2.", expect = { value = 2 } },
]

[[probe.requirement]]
id = "sample.value.of-windows"
text = "The value is 3."
tier = "must"
platforms = ["win32"]
expect = { value = 3 }
"""

IMPLEMENTATION = Implementation(
    module="billiard",
    version="4.2",
    documentation=None,
    interpreter="PyPy",
    python="3.9.16",
    executable="/usr/bin/pypy3",
    platform="linux",
    system="Linux",
    start_methods=("fork", "spawn"),
    can_fork=True,
    offers=frozenset({"Process.kill"}),
    path=(),
    complete=False,
)
RUN = Run("sample.topic.value", "fork", {"value": 1, "ending": "clean"}, Ending("clean"))


@pytest.fixture
def spec(tmp_path: Path) -> Spec:
    return load(kit.spec_of(tmp_path, ENTRIES))


def run_with(**changes: Any) -> Run:
    return replace(RUN, **changes)


def test_an_observation_as_expected_passes(spec: Spec) -> None:
    verdict = judge(spec.by_id["sample.value.is-one"], Version(3, 9), RUN)
    assert (verdict.verdict, verdict.differences) == (PASS, ())


def test_a_difference_fails_and_says_both_sides(spec: Spec) -> None:
    run = run_with(observations={"value": True, "ending": "clean"})
    verdict = judge(spec.by_id["sample.value.is-one"], Version(3, 9), run)
    [difference] = verdict.differences
    assert verdict.verdict == FAIL
    assert (difference.expected, difference.observed) == ("1", "True")


def test_a_may_is_recorded_and_never_fails(spec: Spec) -> None:
    verdict = judge(spec.by_id["sample.value.may-be-two"], Version(3, 9), RUN)
    assert verdict.verdict == PASS
    assert "recorded: value 1" in verdict.note


@pytest.mark.parametrize(("version", "kind"), [("3.8", PASS), ("3.9", FAIL)])
def test_the_expectation_is_that_of_the_version(spec: Spec, version: str, kind: str) -> None:
    requirement = spec.by_id["sample.value.changed"]
    assert judge(requirement, Version.parse(version), RUN).verdict == kind


def test_a_missing_observation_is_the_kits_fault_unless_something_stopped_the_probe(
    spec: Spec,
) -> None:
    requirement = spec.by_id["sample.value.is-one"]
    empty = run_with(observations={"ending": "clean"})
    assert judge(requirement, Version(3, 9), empty).verdict == ERROR
    stopped = replace(empty, stopped="Traceback\nOSError: no")
    verdict = judge(requirement, Version(3, 9), stopped)
    assert verdict.verdict == FAIL and "stopped by OSError: no" in verdict.differences[0].observed
    for kind in ("hung", "crashed"):
        ended = replace(empty, ending=Ending(kind))
        assert judge(requirement, Version(3, 9), ended).verdict == FAIL


def test_the_kits_own_fault_is_never_blamed_on_the_implementation(spec: Spec) -> None:
    run = run_with(fault="NameError: x")
    assert judge(spec.by_id["sample.value.is-one"], Version(3, 9), run).verdict == ERROR


def test_what_is_not_offered_is_unsupported_and_a_failure_for_who_claims_all(spec: Spec) -> None:
    requirement = spec.by_id["sample.value.is-one"]
    poor = replace(IMPLEMENTATION, offers=frozenset())
    assert lacking(requirement, "fork", poor) == "Process.kill"
    assert lacking(requirement, "forkserver", IMPLEMENTATION) == "the start method forkserver"
    assert lacking(requirement, "fork", IMPLEMENTATION) is None
    verdict = without_run(requirement, "fork", poor, "Process.kill")
    assert verdict.verdict == UNSUPPORTED
    claiming = replace(poor, complete=True)
    assert without_run(requirement, "fork", claiming, "Process.kill").verdict == FAIL


def test_the_plan_counts_what_does_not_apply(spec: Spec) -> None:
    made = plan(spec, [], IMPLEMENTATION, Version(3, 9))
    assert made.not_applicable == {"sample.value.of-windows"}
    assert [case.name for case in made.cases] == [
        "sample.value.is-one [spawn]",
        "sample.value.changed [spawn]",
        "sample.value.is-one [fork]",
        "sample.value.is-one [forkserver]",
        "sample.value.may-be-two [-]",
    ]


def test_start_methods_narrow_the_plan(spec: Spec) -> None:
    made = plan(spec, ["sample.value"], IMPLEMENTATION, Version(3, 9), ["fork"])
    assert {case.start_method for case in made.cases} == {"fork", None}


def test_an_implementation_without_contexts_runs_once_by_its_default(spec: Spec) -> None:
    made = plan(
        spec,
        ["sample.value.is-one"],
        replace(IMPLEMENTATION, start_methods=("default",)),
        Version(3, 9),
    )
    assert [case.start_method for case in made.cases] == ["default"]


def test_a_failure_block_teaches(spec: Spec) -> None:
    run = run_with(observations={"value": 7, "ending": "leaked"}, ending=Ending("leaked", ("x",)))
    verdict = judge(spec.by_id["sample.value.is-one"], Version(3, 9), run)
    assert report.failure(
        verdict, IMPLEMENTATION, Version(3, 9), "billiard@pypy3"
    ).splitlines() == [
        "FAIL sample.value.is-one [fork]    billiard@pypy3.9, judged by the documentation of 3.9",
        "  promised   The value is 1.    multiprocessing.Process.kill",
        "  expected   value: 1",
        "  observed   value: 7",
        "  ending     leaked",
        "             x",
        "  again      mpconform run sample.value.is-one --impl billiard@pypy3 --start-method fork",
        (
            "  script     mpconform show sample.value.is-one --script "
            "--impl billiard@pypy3 --start-method fork"
        ),
    ]
