"""Every matcher, seen both accepting and rejecting; every wrong argument, refused with a reason."""

from __future__ import annotations

import re
from typing import Any

import pytest
from mpconform import matchers
from mpconform.matchers import MatcherError, build
from mpconform.values import show

EMPTY = {"$": "exception", "names": ["queue.Empty", "Exception"], "message": "nothing here"}
EMPTY_TYPE = {"$": "type", "names": ["queue.Empty", "Exception"]}
NAN = {"$": "float", "repr": "nan"}
INF = {"$": "float", "repr": "inf"}
OBJECT = {"$": "object", "type": "threading.Thread"}


def _bytes(value: bytes) -> dict[str, Any]:
    return {"$": "bytes", "hex": value.hex()}


def _tuple(*items: Any) -> dict[str, Any]:
    return {"$": "tuple", "items": list(items)}


def _set(*items: Any) -> dict[str, Any]:
    return {"$": "set", "items": list(items)}


def _dict(**items: Any) -> dict[str, Any]:
    return {"$": "dict", "items": [[key, value] for key, value in items.items()]}


# What stands in the TOML file; what it accepts; what it rejects.
CASES: list[tuple[Any, list[Any], list[Any]]] = [
    (1, [1], [True, 1.0, "1", None, [1], _tuple(1)]),
    (True, [True], [1, "True", False]),
    (1.5, [1.5], ["1.5", NAN]),
    ([], [[]], [None, "", _tuple(), [1], _set(), _dict()]),
    ([1, "queue.Empty"], [[1, EMPTY], [1, "queue.Empty"]], [[1], [1, EMPTY, 2], _tuple(1, EMPTY)]),
    (
        "queue.Empty",
        ["queue.Empty", EMPTY, EMPTY_TYPE],
        ["Empty", None, OBJECT, ["queue.Empty"], {**EMPTY, "names": ["queue.Full"]}],
    ),
    ("Exception", [EMPTY], ["", NAN]),
    ({"equals": "queue.Empty"}, ["queue.Empty"], [EMPTY, EMPTY_TYPE]),
    ({"equals": [1, ["a"]]}, [[1, ["a"]]], [[1, "a"], _tuple(1, ["a"])]),
    ({"equals": {"a": 1}}, [_dict(a=1)], [_dict(a=2), _dict(b=1), _dict(a=1, b=1), [["a", 1]]]),
    ({"equals": float("inf")}, [INF], [NAN, 1.0]),
    ({"not": 1}, [True, 2, None], [1]),
    ({"one_of": [1, "queue.Empty"]}, [1, EMPTY], [2, None]),
    ({"all_of": [{"at_least": 1}, {"type": "int"}]}, [1, 2], [1.5, 0]),
    ({"between": [0.2, 3]}, [0.2, 1, 3, 2.5], [0.1, 3.1, True, "1", None, NAN, INF, [1]]),
    ({"at_least": 1}, [1, 1.5, 10**30], [0, True, "2", NAN]),
    ({"at_most": 1}, [1, -5, 0.5], [2, False, None, NAN]),
    ({"matches": "^no.*e$"}, ["nope", {**EMPTY, "message": "none"}], ["yes", 5, _bytes(b"nope")]),
    ({"contains": "thing"}, ["nothing", EMPTY, ["thing"]], ["noth", ["nothing"], 5, None]),
    ({"contains": {"at_least": 2}}, [[1, 2], _tuple(3), _set(2)], [[1], [], "2", _bytes(b"2")]),
    ({"contains": "k"}, [_dict(k=1)], [_dict(a="k"), _dict()]),
    ({"includes": ["a", "b"]}, [["b", "c", "a"], _dict(a=1, b=1)], [["a"], [], "ab", None]),
    ({"begins": ["a", {"type": "int"}]}, [["a", 1], _tuple("a", 2, 3)], [["a"], [1, "a"], "a1"]),
    ({"every": {"at_least": 0}}, [[0, 1], _set(5)], [[], [-1, 1], "0", None, _tuple()]),
    ({"every_or_empty": 1}, [[], [1, 1], _tuple()], [[1, 2], None, ""]),
    ({"length": 2}, ["ab", _bytes(b"ab"), [1, 2], _dict(a=1, b=2)], ["abc", [], 2, None]),
    ({"length": {"at_least": 1}}, ["a"], [""]),
    ({"type": "int"}, [1], [True, 1.0, "int"]),
    ({"is_none": True}, [None], [0, False, "None", "", [], _dict()]),
    ({"type": "tuple"}, [_tuple()], [[]]),
    ({"type": "float"}, [1.0, NAN], [1]),
    ({"type": "queue.Empty"}, [EMPTY], [EMPTY_TYPE, "queue.Empty"]),
    ({"type": "threading.Thread"}, [OBJECT], [None]),
    (
        {"tuple": [1, {"at_least": 2}]},
        [_tuple(1, 2)],
        [[1, 2], _tuple(1, 1), _tuple(1), _set(1, 2)],
    ),
    ({"tuple": []}, [_tuple()], [[], None, _tuple(1)]),
    ({"bytes": "hi\u00ff"}, [_bytes(b"hi\xff")], ["hi\u00ff", _bytes(b"hi"), None]),
    ({"same_as": "other"}, [7], [7.0, 8]),
    ({"differs_from": "other"}, [8, 7.0], [7]),
    ({"same_as": "absent"}, [], [7, None]),
    ({"differs_from": "absent"}, [], [7, None]),
    ({"item": ["k", {"includes": ["a"]}]}, [_dict(k=["a"])], [_dict(k=[]), _dict(), None, ["a"]]),
    ({"item": [1, "b"]}, [["a", "b"], _tuple("a", "b")], [["b"], ["b", "a"], "ab", _set("a", "b")]),
    ({"item": [-1, "b"]}, [["a", "b"], ["b"]], [["b", "a"], []]),
    (
        {"item_if_present": ["k", 1]},
        [_dict(k=1), _dict(a=2), _dict()],
        [_dict(k=2), None, "k", [1]],
    ),
    ({"item_if_present": [0, 1]}, [[], [1]], [[2], "a", None]),
    ({"unique": True}, [[1, 2], [1, True], _tuple("a", "b")], [[1, 1], [1], [], "ab", None]),
    ({"present": True}, [None, 0, [], EMPTY], []),
]


@pytest.mark.parametrize(("written", "accepted", "rejected"), CASES, ids=lambda v: show(v)[:30])
def test_accepts_and_rejects(written: Any, accepted: list[Any], rejected: list[Any]) -> None:
    matcher = build(written)
    others = {"other": 7}
    for value in accepted:
        assert matcher.accepts(value, others), f"{matcher} rejects {show(value)}"
    for value in rejected:
        assert not matcher.accepts(value, others), f"{matcher} accepts {show(value)}"


def test_every_matcher_has_been_seen_both_ways() -> None:
    accepting = {key for w, yes, _ in CASES if isinstance(w, dict) for key in w if yes}
    rejecting = {key for w, _, no in CASES if isinstance(w, dict) for key in w if no}
    assert accepting == set(matchers.NAMES)
    assert rejecting == set(matchers.NAMES) - {"present"}, "only `present` can reject nothing"


@pytest.mark.parametrize(
    ("written", "wrong"),
    [
        ({}, "exactly one key"),
        ({"equals": 1, "not": 2}, "all_of"),
        ({"equal": 1}, "no matcher is called 'equal'"),
        ({"not": {"equal": 1}}, "not: no matcher is called 'equal'"),
        ({"between": [3, 1]}, "between: the bounds are out of order"),
        ({"between": [1]}, "two numbers"),
        ({"between": [True, 2]}, "two numbers"),
        ({"between": [float("nan"), 2]}, "two numbers"),
        ({"at_least": "1"}, "expected a number"),
        ({"at_most": False}, "expected a number"),
        ({"one_of": []}, "at least one"),
        ({"one_of": 1}, "list of matchers"),
        ({"includes": []}, "at least one"),
        ({"includes": "abc"}, "list of matchers"),
        ({"begins": []}, "at least one"),
        ({"all_of": []}, "at least one"),
        ({"matches": "("}, "not a regular expression"),
        ({"matches": ""}, "not empty"),
        ({"type": ""}, "not empty"),
        ({"type": "NoneType"}, "None is written { is_none = true }"),
        ({"is_none": False}, "written with true"),
        ({"bytes": "\u20ac"}, "U+00FF"),
        ({"item": ["k"]}, "[key, matcher]"),
        ({"item": [True, 1]}, "string or an index"),
        ({"unique": False}, "written with true"),
        ({"present": 1}, "written with true"),
        ({"same_as": 5}, "string"),
        (object(), "nothing that a probe can report"),
        ({"equals": object()}, "nothing that a probe can report"),
    ],
)
def test_wrong_arguments(written: Any, wrong: str) -> None:
    with pytest.raises(MatcherError, match=re.escape(wrong)):
        build(written)


@pytest.mark.parametrize("written", [written for written, _, _ in CASES], ids=str)
def test_every_matcher_tells_what_it_expects(written: Any) -> None:
    assert str(build(written))
    assert "object at 0x" not in str(build(written)) and "Matcher" not in str(build(written))


def test_what_a_failure_shows() -> None:
    assert str(build({"between": [0.2, 10.0]})) == "between 0.2 and 10.0"
    assert str(build("queue.Empty")) == "'queue.Empty'"
    assert str(build({"one_of": [1, {"is_none": True}]})) == "1 or None"
    assert str(build({"tuple": [1, {"at_least": 2}]})) == "the tuple (1, at least 2)"


def test_references_are_found_inside_of_others() -> None:
    same, other = {"same_as": "a"}, {"differs_from": "b"}
    for outer in ("one_of", "all_of", "includes", "begins", "tuple"):
        assert build({outer: [same, other]}).references() == {"a", "b"}
    for outer in ("not", "every", "every_or_empty", "length", "contains"):
        assert build({outer: same}).references() == {"a"}
    assert build([1, same]).references() == {"a"}
    assert build({"item": ["k", other]}).references() == {"b"}
    assert build(1).references() == frozenset()
