"""From observations to verdicts, without starting any process.

Expectations stay on this side: no probe ever sees one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mpconform.implementation import Implementation
from mpconform.runs import Run
from mpconform.spec import Requirement
from mpconform.values import show
from mpconform.versions import Version

PASS = "pass"
FAIL = "fail"
UNSUPPORTED = "unsupported"
ERROR = "error"
VERDICTS = (PASS, FAIL, UNSUPPORTED, ERROR)


@dataclass(frozen=True)
class Difference:
    """One observation that is not what the documentation promises."""

    observation: str
    expected: str
    observed: str


@dataclass(frozen=True)
class Verdict:
    """The result of one requirement, for one start method of one implementation."""

    requirement: Requirement
    start_method: str | None
    verdict: str
    note: str = ""
    differences: tuple[Difference, ...] = ()
    run: Run | None = None

    @property
    def scored(self) -> str:
        """The column of the totals in which it counts: its tier, or `disputed`."""
        return "disputed" if self.requirement.disputed else self.requirement.tier

    @property
    def binding(self) -> bool:
        """Does a failure fail the run? Of `may` and disputed requirements it is only recorded."""
        return self.scored in ("must", "robust")

    def to_json(self) -> dict[str, Any]:
        return {
            "record": "verdict",
            "id": self.requirement.id,
            "chapter": self.requirement.chapter,
            "scored": self.scored,
            "start_method": self.start_method,
            "verdict": self.verdict,
            "note": self.note,
            "differences": [vars(difference) for difference in self.differences],
            "ending": self.run.ending.kind if self.run else None,
            "seconds": self.run.seconds if self.run else 0.0,
        }


def lacking(
    requirement: Requirement, start_method: str | None, implementation: Implementation
) -> str | None:
    """What the requirement needs and the implementation does not offer; None if nothing."""
    if start_method is not None and start_method not in implementation.start_methods:
        return f"the start method {start_method}"
    wanted = [*requirement.needs, *([requirement.object] if requirement.object else [])]
    missing = [name for name in wanted if name not in implementation.offers]
    return ", ".join(missing) or None


def without_run(
    requirement: Requirement, start_method: str | None, implementation: Implementation, what: str
) -> Verdict:
    """The verdict where `what` is not offered: a failure only if the module claims to offer all."""
    if implementation.complete and requirement.tier == "must":
        note = f"{implementation.module} claims the whole interface and does not offer {what}"
        return Verdict(requirement, start_method, FAIL, note)
    return Verdict(requirement, start_method, UNSUPPORTED, f"it does not offer {what}")


def judge(requirement: Requirement, version: Version, run: Run) -> Verdict:
    """Compare one run's observations with what the requirement expects at `version`."""
    expected = requirement.range_at(version)
    if expected is None:
        raise ValueError(f"{requirement.id} does not apply to {version}")
    method = run.start_method
    if run.fault:
        return Verdict(requirement, method, ERROR, f"the probe failed:\n{run.fault}", run=run)
    if run.unsupported:
        note = f"it does not offer {run.unsupported}"
        return Verdict(requirement, method, UNSUPPORTED, note, run=run)
    differences = []
    notes: list[str] = []
    for name, matcher in expected.expect.items():
        if name not in run.observations:
            reason = _why_missing(run)
            if reason is None:
                note = f"the probe {run.probe} ended well and never reported {name!r}"
                return Verdict(requirement, method, ERROR, note, run=run)
            differences.append(Difference(name, str(matcher), f"nothing: {reason}"))
        elif not matcher.accepts(run.observations[name], run.observations):
            observed = _observed(run.observations, name)
            differences.append(Difference(name, str(matcher), observed))
    verdict = FAIL if differences else PASS
    if requirement.tier == "may":
        verdict, notes = PASS, [f"recorded: {d.observation} {d.observed}" for d in differences]
    return Verdict(requirement, method, verdict, "\n".join(notes), tuple(differences), run)


def _why_missing(run: Run) -> str | None:
    if run.stopped:
        return "the probe was stopped by " + run.stopped.strip().splitlines()[-1]
    if run.ending.kind in ("hung", "crashed"):
        return f"the probe {run.ending.kind}"
    return None


def _observed(observations: Mapping[str, Any], name: str) -> str:
    text = show(observations[name])
    stem, dot, kind = name.rpartition(".")
    raised = observations.get(f"{stem}.raises") if dot and kind != "raises" else None
    return f"{text} (it raised {show(raised)})" if raised is not None else text
