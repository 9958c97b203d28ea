"""The table of who survives what: its rows hold requirements, its cells count them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from mpconform import places
from mpconform.loader import load
from mptools.__main__ import main
from mptools.results import load_results
from mptools.survival import SITUATIONS, cell, columns_of, rows_of
from toys import write_results


def verdict_of(id_: str, verdict: str = "pass", method: str | None = "fork") -> Any:
    return {"id": id_, "start_method": method, "verdict": verdict}


@pytest.mark.parametrize("chapter", SITUATIONS)
def test_situations_hold_requirements_and_share_none(chapter: str) -> None:
    ids = [one for _, held in rows_of(load(places.SPEC), chapter) for one in held]
    assert ids
    assert len(ids) == len(set(ids))
    assert not [one for one in ids if one.endswith("ends-clean")]


@pytest.mark.parametrize(
    ("verdicts", "shown"),
    [
        ({"a": ["pass"], "b": ["pass", "unsupported"]}, "meets"),
        ({"a": ["fail"], "b": ["error"]}, "fails"),
        ({"a": ["pass", "fail"], "b": ["pass"]}, "1 of 2"),
        ({"a": ["pass"], "b": ["unsupported"]}, "meets"),
        ({"a": ["pass"]}, "meets"),
        ({"a": ["unsupported"]}, "-"),
        ({}, "-"),
    ],
)
def test_a_cell_counts_what_is_met_under_all_start_methods(
    verdicts: dict[str, list[str]], shown: str
) -> None:
    assert cell(["a", "b"], verdicts) == shown


def test_a_later_file_of_an_implementation_replaces_what_it_judged_again(tmp_path: Path) -> None:
    first = write_results(
        tmp_path / "a.jsonl", verdicts=[verdict_of("x", "fail"), verdict_of("y", "fail")]
    )
    again = write_results(tmp_path / "b.jsonl", verdicts=[verdict_of("x")])
    [column] = columns_of([load_results(first), load_results(again)])
    assert column.verdicts == {"x": ["pass"], "y": ["fail"]}


def test_the_table_names_who_was_tested(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    id_ = "pool.scarce.closed-descriptors.settle"
    a = write_results(tmp_path / "a.jsonl", verdicts=[verdict_of(id_)])
    b = write_results(
        tmp_path / "b.jsonl", verdicts=[verdict_of(id_, "fail")], name="other@python3.8"
    )
    assert main(["survival", str(a), str(b)]) == 0
    printed = capsys.readouterr().out
    assert "| situation | mpref@python3.11 | other@python3.8 |" in printed
    assert "| a call closes all descriptors of its worker | meets | fails |" in printed
    assert "- other@python3.8: version 3.11.7, spec 0123456789ab" in printed
