"""Whether a finished run can be believed, for what reasons it can't, and its exit status.

Nothing else decides that. `conclude` is a function from values to values, so
that each reason can be tested without a run.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mpconform import known
from mpconform.judge import ERROR, Verdict
from mpconform.known import Known
from mpconform.plan import Case
from mpconform.versions import Version

# pytest's exit statuses, as far as they matter here; 4 is its "usage error".
PASSED = 0
FAILED = 1
INTERRUPTED = 2
# The kit's own: the kit failed, the run was cut short, or the known list does not fit.
NOT_BELIEVED = 3


@dataclass(frozen=True)
class FinishedRun:
    """All that the conclusion depends on."""

    implementation: str
    version: Version
    cases: tuple[Case, ...]
    """What was selected and applies to the version and the platform."""
    not_applicable: frozenset[str]
    verdicts: tuple[Verdict, ...]
    known: tuple[Known, ...]
    known_path: Path
    """The file that holds the known list."""
    pytest_status: int
    lost: tuple[str, ...] = ()
    """Names of the cases in the middle of which a worker process ended."""
    collect_only: bool = False
    selected: bool = False
    """Did the user select requirements, by ids or by files of the spec?"""
    start_methods_given: bool = False
    fix: bool = False
    """Did the user ask for the known list to be rewritten?"""


@dataclass(frozen=True)
class Conclusion:
    """`reasons` is empty for a run that can be believed, whether its verdicts are good or bad."""

    reasons: tuple[str, ...]
    exit_status: int
    rewrite_known: bool = False
    """The caller is to rewrite the known list now."""


def conclude(run: FinishedRun) -> Conclusion:
    """Decide whether the verdicts of a run can be believed."""
    reasons = [
        *_lost_workers(run),
        *_nothing_judged(run),
        *_cut_short(run),
        *_errors(run),
    ]
    rewrite = run.fix and not reasons and not run.selected
    if rewrite:
        reasons.append(f"the known list was rewritten: {run.known_path}; run again to see it hold")
    elif not _missing(run):
        reasons += _stale_known_entries(run)
    status = run.pytest_status
    if reasons and status in (PASSED, FAILED):
        status = NOT_BELIEVED
    return Conclusion(tuple(reasons), status, rewrite)


def _lost_workers(run: FinishedRun) -> Iterator[str]:
    # pytest-xdist runs the case again in another worker. That verdict is not enough: it may be the
    # implementation that ended the first worker.
    for name in run.lost:
        yield f"a worker process ended while it ran {name}"


def _nothing_judged(run: FinishedRun) -> Iterator[str]:
    if not run.cases:
        yield (
            "nothing was judged: no selected requirement applies to "
            f"{run.implementation} at {run.version}"
        )


def _cut_short(run: FinishedRun) -> Iterator[str]:
    missing = _missing(run)
    if not missing or run.collect_only:
        return
    how = "interrupted" if run.pytest_status == INTERRUPTED else "cut short"
    first = ", ".join(case.name for case in missing[:3])
    yield (
        f"the run was {how}: {len(missing)} of {len(run.cases)} "
        f"selected cases have no verdict, first {first}"
    )


def _errors(run: FinishedRun) -> Iterator[str]:
    errors = [verdict for verdict in run.verdicts if verdict.verdict == ERROR]
    if errors:
        first = errors[0].requirement.id
        yield f"{len(errors)} error verdicts: the kit's own faults, first {first}"


def _stale_known_entries(run: FinishedRun) -> Iterator[str]:
    """Entries of the known list that pass, or that match nothing.

    A run that was narrowed says nothing about entries outside of its selection.
    """
    selected = {case.requirement.id for case in run.cases}
    narrowed = run.selected or run.start_methods_given
    entries = [entry for entry in run.known if not narrowed or entry.id in selected]
    for line in known.unmatched(entries, run.verdicts, run.not_applicable):
        yield f"known list: {line}"


def _missing(run: FinishedRun) -> list[Case]:
    judged = {(verdict.requirement.id, verdict.start_method) for verdict in run.verdicts}
    return [case for case in run.cases if (case.requirement.id, case.start_method) not in judged]
