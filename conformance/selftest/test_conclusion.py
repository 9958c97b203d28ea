"""Every reason not to believe a run, seen both absent and present, without any run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from mpconform.conclusion import (
    FAILED,
    INTERRUPTED,
    NOT_BELIEVED,
    PASSED,
    Conclusion,
    FinishedRun,
    conclude,
)
from mpconform.judge import ERROR, FAIL, PASS, UNSUPPORTED, Verdict
from mpconform.known import Known
from mpconform.plan import Case
from mpconform.spec import Requirement
from mpconform.versions import Version

NO_TESTS_COLLECTED = 5  # pytest's


def requirement(id_: str) -> Requirement:
    return Requirement(
        id=id_,
        text="It holds.",
        object=None,
        source=(),
        tier="must",
        since=Version(3, 5),
        until=None,
        start_methods=("fork", "spawn"),
        platforms=(),
        needs=(),
        disputed=None,
        probe="sample.topic.x",
        ranges=(),
        chapter="sample",
        file="sample/topic.toml",
        line=1,
    )


A_FORK, A_SPAWN = (Case(requirement("a"), method) for method in ("fork", "spawn"))
B_FORK = Case(requirement("b"), "fork")


def verdict(case: Case, kind: str) -> Verdict:
    return Verdict(case.requirement, case.start_method, kind)


WELL = FinishedRun(
    implementation="billiard@pypy3.9",
    version=Version(3, 9),
    cases=(A_FORK, A_SPAWN, B_FORK),
    not_applicable=frozenset({"c"}),
    verdicts=(verdict(A_FORK, PASS), verdict(A_SPAWN, PASS), verdict(B_FORK, PASS)),
    known=(),
    known_path=Path("known/billiard.toml"),
    pytest_status=PASSED,
)


def changed(**changes: Any) -> FinishedRun:
    return replace(WELL, **changes)


def with_verdicts(*kinds: str, **changes: Any) -> FinishedRun:
    """The run with other verdicts; the last cases get none where there are too few kinds."""
    given = zip(WELL.cases, kinds, strict=False)
    return changed(verdicts=tuple(verdict(case, kind) for case, kind in given), **changes)


def test_a_whole_run_is_believed_whether_it_passed_or_failed() -> None:
    assert conclude(WELL) == Conclusion((), PASSED)
    assert conclude(with_verdicts(PASS, FAIL, UNSUPPORTED, pytest_status=FAILED)) == Conclusion(
        (), FAILED
    )


@pytest.mark.parametrize(
    ("run", "reason"),
    [
        (
            changed(cases=(), verdicts=(), pytest_status=PASSED),
            "nothing was judged: no selected requirement applies to billiard@pypy3.9 at 3.9",
        ),
        (
            with_verdicts(PASS),
            (
                "the run was cut short: "
                "2 of 3 selected cases have no verdict, first a [spawn], b [fork]"
            ),
        ),
        (
            with_verdicts(PASS, ERROR, ERROR, pytest_status=FAILED),
            "2 error verdicts: the kit's own faults, first a",
        ),
        (changed(lost=("a [fork]",)), "a worker process ended while it ran a [fork]"),
        (
            changed(known=(Known("zzz", "It never did."),)),
            "known list: zzz: matches nothing that was run",
        ),
        (
            changed(known=(Known("b", "It never did."),)),
            "known list: b: is listed as a failure, and is pass now [fork]",
        ),
        (
            changed(fix=True),
            "the known list was rewritten: known/billiard.toml; run again to see it hold",
        ),
    ],
    ids=["nothing", "cut-short", "errors", "lost-worker", "unmatched", "healed", "fix"],
)
def test_each_reason_alone_makes_a_run_not_believed(run: FinishedRun, reason: str) -> None:
    conclusion = conclude(run)
    assert conclusion.reasons == (reason,)
    assert conclusion.exit_status == NOT_BELIEVED


def test_no_more_than_three_of_the_missing_cases_are_named() -> None:
    cases = tuple(Case(requirement(name), "fork") for name in "vwxyz")
    [reason] = conclude(changed(cases=cases, verdicts=())).reasons
    assert reason.endswith(
        "5 of 5 selected cases have no verdict, first v [fork], w [fork], x [fork]"
    )


def test_ctrl_c_and_the_lack_of_tests_keep_the_status_that_pytest_gave_them() -> None:
    interrupted = conclude(with_verdicts(PASS, pytest_status=INTERRUPTED))
    assert interrupted.exit_status == INTERRUPTED
    assert interrupted.reasons[0].startswith("the run was interrupted: 2 of 3 selected")
    nothing = conclude(changed(cases=(), verdicts=(), pytest_status=NO_TESTS_COLLECTED))
    assert nothing.exit_status == NO_TESTS_COLLECTED and nothing.reasons


def test_a_collection_alone_is_not_cut_short() -> None:
    collected = with_verdicts(collect_only=True)
    assert conclude(collected) == Conclusion((), PASSED)
    assert conclude(replace(collected, collect_only=False)).reasons


def test_a_known_failure_and_what_does_not_apply_are_no_reason() -> None:
    entries = (Known("b", "It never did."), Known("c", "Only on 3.12."))
    run = with_verdicts(PASS, PASS, FAIL, known=entries)
    assert conclude(run) == Conclusion((), PASSED)
    # The same run is refused when the requirement is one that applies.
    assert conclude(replace(run, not_applicable=frozenset())).reasons == (
        "known list: c: matches nothing that was run",
    )


@pytest.mark.parametrize("narrowed", ["selected", "start_methods_given"])
def test_a_narrowed_run_says_nothing_about_entries_outside_of_it(narrowed: str) -> None:
    flag: dict[str, Any] = {narrowed: True}
    outside = changed(known=(Known("zzz", "It never did."),))
    assert conclude(outside).reasons
    assert conclude(replace(outside, **flag)).reasons == ()
    inside = changed(known=(Known("b", "It never did."),), **flag)
    assert conclude(inside).reasons == (
        "known list: b: is listed as a failure, and is pass now [fork]",
    )


def test_the_known_list_of_a_run_that_was_cut_short_is_not_looked_at() -> None:
    cut = with_verdicts(PASS, known=(Known("b", "It never did."),))
    [reason] = conclude(cut).reasons
    assert reason.startswith("the run was cut short")


def test_fix_rewrites_the_list_in_place_of_complaining_about_it() -> None:
    stale = changed(known=(Known("zzz", "It never did."),), fix=True)
    assert conclude(stale).rewrite_known
    assert len(conclude(stale).reasons) == 1
    assert not conclude(replace(stale, fix=False)).rewrite_known


@pytest.mark.parametrize(
    "changes",
    [
        {"selected": True},
        {"lost": ("a [fork]",)},
        {"verdicts": WELL.verdicts[:1]},
        {"verdicts": (*WELL.verdicts[:2], verdict(B_FORK, ERROR))},
        {"cases": (), "verdicts": ()},
    ],
    ids=["some-ids", "lost-worker", "cut-short", "error", "nothing"],
)
def test_fix_rewrites_nothing_after_a_run_that_is_not_whole(changes: dict[str, Any]) -> None:
    assert conclude(changed(fix=True)).rewrite_known
    assert not conclude(changed(fix=True, **changes)).rewrite_known
