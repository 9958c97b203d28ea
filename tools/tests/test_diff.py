"""Two result files side by side: what differs, what does not, and what is not compared."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from mptools import ToolError
from mptools.__main__ import main
from mptools.diff import Comparison, compare, standard_library_results
from mptools.results import load_results
from toys import write_results


def run_of(probe: str = "toy.one", method: str | None = "fork", **observations: Any) -> Any:
    return {"probe": probe, "start_method": method, "observations": observations}


def compared(folder: Path, a: list[Any], b: list[Any]) -> Comparison:
    first = write_results(folder / "a.jsonl", runs=a)
    second = write_results(folder / "b.jsonl", runs=b, name="multiprocessing@python3.11")
    return compare(load_results(first), load_results(second))


@pytest.mark.parametrize(
    ("name", "a", "b", "differs"),
    [
        ("x", 1, 1, False),
        ("x", 1, True, True),
        ("x", [1], {"$": "tuple", "items": [1]}, True),
        ("x.seconds", 0.2, 1.9, False),
        ("x.seconds", 0.2, 2.1, True),
        ("x.seconds", 0.0, 0.09, False),
        ("x.seconds", 0.0, 0.2, True),
        ("x.seconds", 0.2, None, True),
        ("x.seconds", True, False, True),
        ("seconds", 0.2, 0.3, True),
    ],
)
def test_what_differs(tmp_path: Path, name: str, a: Any, b: Any, differs: bool) -> None:
    comparison = compared(tmp_path, [run_of(**{name: a})], [run_of(**{name: b})])
    [pair] = comparison.pairs
    assert [line.name for line in pair.differing] == ([name] if differs else [])


def test_missing_observations_and_endings_differ(tmp_path: Path) -> None:
    b = {**run_of(y=2), "ending": "leaked"}
    [pair] = compared(tmp_path, [run_of(x=1)], [b]).pairs
    assert {line.name: (line.a, line.b) for line in pair.differing} == {
        "x": ("1", "(not reported)"),
        "y": ("(not reported)", "2"),
        "ending": ("'clean'", "'leaked'"),
    }


def test_differing_runs_and_lines_come_first(tmp_path: Path) -> None:
    a = [run_of("toy.same", x=1), run_of("toy.other", x=1, y=1)]
    b = [run_of("toy.same", x=1), run_of("toy.other", x=1, y=2), run_of("toy.more", None)]
    comparison = compared(tmp_path, a, b)
    assert [pair.probe for pair in comparison.pairs] == ["toy.other", "toy.same"]
    assert [line.name for line in comparison.pairs[0].lines] == ["y", "x", "ending"]
    assert comparison.only_b == (("toy.more", None),) and comparison.only_a == ()


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    compared(tmp_path, [run_of(x=1, y="a" * 80)], [run_of(x=1, y="b"), run_of("toy.more", None)])
    paths = [str(tmp_path / "a.jsonl"), str(tmp_path / "b.jsonl")]
    assert main(["diff", *paths]) == 1
    out = capsys.readouterr().out
    assert "toy.one [fork]\n! y:\n      A  'aaaa" in out
    assert "  x:" not in out
    assert "run by multiprocessing@python3.11 only: 1\n  toy.more [-]" in out
    assert "1 observations differ, in 1 of 1 runs" in out
    assert main(["diff", *paths, "--all"]) == 1
    assert "  x:  1  |  1" in capsys.readouterr().out
    assert main(["diff", paths[0], paths[0]]) == 0


@pytest.mark.parametrize("complete", [None, False])
def test_files_that_were_cut_off_are_refused(tmp_path: Path, complete: bool | None) -> None:
    path = write_results(tmp_path / "a.jsonl", runs=[run_of(x=1)], complete=complete)
    with pytest.raises(ToolError, match=r"cut off.*run it again to the end: mpconform run --impl"):
        load_results(path)


def test_files_that_are_no_results_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    with pytest.raises(ToolError, match="no such result file"):
        load_results(path)
    for text, wrong in [
        ("", "whose first line is its header"),
        ('{"record": "run"}\n', "whose first line is its header"),
        ("[]\n", "a.jsonl:1: expected a record"),
    ]:
        path.write_text(text)
        with pytest.raises(ToolError, match=wrong):
            load_results(path)
    whole = write_results(path, runs=[run_of(x=1)]).read_text()
    path.write_text(whole[:-20])
    with pytest.raises(ToolError, match=r"a.jsonl:3: not JSON: the run was cut off here"):
        load_results(path)
    path.write_text(whole.replace('"probe"', '"prob"'))
    with pytest.raises(ToolError, match="a record lacks 'probe'"):
        load_results(path)
    path.write_text(whole.replace('"format": 1', '"format": 2'))
    with pytest.raises(ToolError, match="expected format 1, got 2"):
        load_results(path)


def test_files_of_different_specs_are_refused(tmp_path: Path) -> None:
    a = load_results(write_results(tmp_path / "a.jsonl", spec="aaaaaaaaaaaa"))
    b = load_results(write_results(tmp_path / "b.jsonl", spec="bbbbbbbbbbbb"))
    with pytest.raises(ToolError, match=r"a.jsonl has a{12}, .*b.jsonl has b{12}"):
        compare(a, b)


def test_what_varies_from_run_to_run_is_no_difference(tmp_path: Path) -> None:
    a = [run_of(x=1, y=1), run_of(x=2, y=2)]
    [pair] = compared(tmp_path, a, [run_of(x=2, y=3)]).pairs
    assert [line.name for line in pair.differing] == ["y"]


def test_long_collections_show_only_what_sets_them_apart(tmp_path: Path) -> None:
    names = [f"name-{number}" for number in range(100)]
    classes = [["Same", names], ["Long", names], ["Gone", 1]]
    a = run_of(x=[*names, "a"], y={"$": "dict", "items": classes}, z=names)
    others = [["Same", names], ["Long", [*names, "new"]]]
    b = run_of(x=["b", *names], y={"$": "dict", "items": others}, z=names[::-1])
    [pair] = compared(tmp_path, [a], [b]).pairs
    shown = {line.name: (line.a, line.b) for line in pair.differing}
    assert shown["x"] == ("['a']", "['b']")
    assert shown["y"] == ("{'Long': [], 'Gone': 1}", "{'Long': ['new']}")
    assert shown["z"][0] != shown["z"][1], "the order is all that differs"


def test_the_partner_is_the_standard_library_of_the_same_python(tmp_path: Path) -> None:
    a = load_results(write_results(tmp_path / "a.jsonl", name="mpref@python3.8"))
    with pytest.raises(ToolError, match=r"mpconform run --impl multiprocessing@python3\.8"):
        standard_library_results(a, tmp_path)
    stored = write_results(tmp_path / "multiprocessing@python3.8.jsonl")
    assert standard_library_results(a, tmp_path) == stored
    unnamed = load_results(write_results(tmp_path / "a.jsonl", name="mpref"))
    with pytest.raises(ToolError, match=r"multiprocessing@python3\.11\.jsonl"):
        standard_library_results(unnamed, tmp_path)
