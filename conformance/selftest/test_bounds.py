"""Named bounds: what a name stands for, and what is said where it stands for nothing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from mpconform import places
from mpconform.bounds import Bounds, load_bounds
from mpconform.matchers import MatcherError, build

FILE = """
[at-once]
at_most = 10.0
reason = "What must not wait would take sixty seconds."

[after-0-2-s]
between = [0.19, 10.0]
reason = "Clocks round."
"""


@pytest.fixture
def bounds(tmp_path: Path) -> Bounds:
    (tmp_path / "bounds.toml").write_text(FILE)
    return load_bounds(tmp_path)


def test_a_name_stands_for_a_matcher(bounds: Bounds) -> None:
    at_once = build(bounds.resolve({"bound": "at-once"}))
    assert at_once.accepts(9.9, {}) and not at_once.accepts(10.1, {})
    assert bounds.by_name["at-once"].reason.startswith("What must")
    assert (bounds.by_name["at-once"].line, bounds.by_name["after-0-2-s"].line) == (2, 6)


def test_a_name_may_stand_inside_of_matchers(bounds: Bounds) -> None:
    matcher = build(bounds.resolve({"every": {"one_of": [{"bound": "after-0-2-s"}, "never"]}}))
    assert matcher.accepts([0.2, "never"], {}) and not matcher.accepts([0.1], {})


def test_nothing_under_equals_is_a_name(bounds: Bounds) -> None:
    literal = {"equals": {"bound": "at-once"}}
    assert bounds.resolve(literal) == literal


@pytest.mark.parametrize(
    ("value", "wrong"),
    [
        ({"bound": "at-onec"}, "no bound is called 'at-onec'; did you mean at-once?"),
        ({"bound": "zzz"}, "no bound is called 'zzz'; bounds.toml has all"),
        ({"bound": 5}, "no bound is called 5"),
        ({"bound": ["at-once"]}, "no bound is called ['at-once']"),
        ({"bound": "at-once", "at_least": 1}, "stands alone"),
        ([{"not": {"bound": "at-onec"}}], "did you mean at-once?"),
    ],
)
def test_an_unknown_name_is_refused(bounds: Bounds, value: object, wrong: str) -> None:
    with pytest.raises(MatcherError, match=re.escape(wrong)):
        bounds.resolve(value)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("[a]\nat_most = 1\n", "bounds.toml:1: a: expected one matcher and a reason"),
        ('[a]\nreason = "x"\n', "bounds.toml:1: a: a matcher is a table with exactly one key"),
        ('\n[a]\nat_mots = 1\nreason = "x"\n', "bounds.toml:2: a: no matcher is called 'at_mots'"),
        ("a = 1\n", "expected one matcher and a reason, got 1"),
        ("[a\n", "bounds.toml: not TOML"),
    ],
)
def test_a_wrong_bound_is_refused(tmp_path: Path, text: str, wrong: str) -> None:
    (tmp_path / "bounds.toml").write_text(text)
    with pytest.raises(ValueError, match=re.escape(wrong)):
        load_bounds(tmp_path)


def test_a_spec_may_have_no_bounds(tmp_path: Path) -> None:
    assert load_bounds(tmp_path).by_name == {}


def test_the_bounds_of_the_project_load() -> None:
    assert "at-once" in load_bounds(places.SPEC).by_name
