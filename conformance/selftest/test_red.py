"""Each requirement fails when an observation is broken: a check that can't fail is a defect."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import kit
import pytest
from mpconform import places
from mpconform.judge import FAIL, PASS, judge
from mpconform.loader import load
from mpconform.runs import Ending, Run
from mpconform.spec import Requirement
from mpconform.versions import Version

SPEC = load(places.SPEC)
VERSION = Version(3, 14)
STRANGE = {"$": "object", "type": "strange"}


@dataclass(frozen=True)
class Seen:
    """A run of each probe by the reference, or by another implementation where it lacks a name."""

    reference: kit.Outcome
    other: kit.Outcome

    def run(self, requirement: Requirement) -> Run:
        lacked = requirement.id in self.reference.ids("unsupported")
        method = (requirement.start_methods or (None,))[0]
        for run in (self.other if lacked else self.reference).runs:
            if (run["probe"], run["start_method"]) == (requirement.probe, method):
                return Run(run["probe"], method, run["observations"], Ending(run["ending"]))
        raise AssertionError(f"there is no run of {requirement.probe} under {method}")


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    reference = kit.shared_run(tmp_path_factory, *kit.OF_THE_REFERENCE)
    lacking = sorted(reference.ids("unsupported"))
    if not lacking:
        return Seen(reference, reference)
    flags = ["--impl", "multiprocessing", "--no-known"]
    return Seen(reference, kit.shared_run(tmp_path_factory, *lacking, *flags))


def plausible_lies(value: Any) -> Iterator[Any]:
    """Values of the same kind that a wrong implementation could give."""
    yield STRANGE
    yield None if value is not None else False
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, int | float):
        yield from (value + 1, -value - 1, 1e9, -1e9)
    elif isinstance(value, str):
        yield from ("", value + "x")
    elif isinstance(value, list):
        yield from ([], value[1:], [*value, STRANGE], [STRANGE for _ in value])
    elif isinstance(value, dict) and value["$"] == "exception":
        yield {"$": "exception", "names": ["KeyError", "Exception"], "message": ""}
    elif isinstance(value, dict) and "items" in value:
        yield value | {"items": value["items"][1:]}


@pytest.mark.parametrize(
    "requirement",
    [
        r
        for r in SPEC.requirements
        if r.range_at(VERSION) and r.tier != "may" and not r.disputed
        if not r.platforms or "linux" in r.platforms
    ],
    ids=lambda requirement: requirement.id,
)
def test_every_expected_observation_can_make_its_requirement_red(
    requirement: Requirement, seen: Seen
) -> None:
    wanted = requirement.range_at(VERSION)
    assert wanted
    run = seen.run(requirement)
    assert judge(requirement, VERSION, run).verdict == PASS
    for name in wanted.expect:
        value = run.observations[name]
        broken = [
            replace(run, observations={**run.observations, name: lie})
            for lie in (*plausible_lies(value), *run.observations.values(), "hung")
        ]
        reds = [lie for lie in broken if judge(requirement, VERSION, lie).verdict == FAIL]
        assert reds, f"{name}: whatever is observed, {wanted.expect[name]} accepts it"


@pytest.mark.parametrize("requirement", SPEC.requirements, ids=lambda requirement: requirement.id)
def test_no_requirement_passes_when_its_probe_hung_before_it_saw_anything(
    requirement: Requirement,
) -> None:
    run = Run(requirement.probe, None, {"ending": "hung"}, Ending("hung"))
    for part in requirement.ranges:
        verdict = judge(requirement, part.since, run)
        assert verdict.verdict == FAIL or not verdict.binding or requirement.tier == "may"
