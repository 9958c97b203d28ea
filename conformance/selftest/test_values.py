"""Neutral values: shown for people, compared strictly, refused when malformed."""

from __future__ import annotations

import json
from typing import Any

import pytest
from mpconform.values import elements, length, names, problem, same, show, type_names

EXCEPTION = {
    "$": "exception",
    "names": ["multiprocessing.TimeoutError", "multiprocessing.ProcessError", "Exception"],
    "message": "late",
}
BYTES = {"$": "bytes", "hex": "6869"}
PAIR = {"$": "tuple", "items": [1, "a"]}
NAN = {"$": "float", "repr": "nan"}


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "None"),
        (True, "True"),
        (1.5, "1.5"),
        ("a", "'a'"),
        ([1, [None]], "[1, [None]]"),
        (BYTES, "b'hi'"),
        (PAIR, "(1, 'a')"),
        ({"$": "tuple", "items": [1]}, "(1,)"),
        ({"$": "tuple", "items": []}, "()"),
        ({"$": "set", "items": [2, 1]}, "{1, 2}"),
        ({"$": "set", "items": []}, "set()"),
        ({"$": "dict", "items": [["k", BYTES]]}, "{'k': b'hi'}"),
        (NAN, "nan"),
        (EXCEPTION, "raises multiprocessing.TimeoutError: late"),
        ({**EXCEPTION, "message": ""}, "raises multiprocessing.TimeoutError"),
        ({"$": "type", "names": ["queue.Empty"]}, "<class queue.Empty>"),
        ({"$": "object", "type": "threading.Thread"}, "<threading.Thread object>"),
    ],
)
def test_show(value: Any, shown: str) -> None:
    assert show(value) == shown
    assert problem(value) is None
    assert same(value, json.loads(json.dumps(value)))


def test_show_keeps_both_ends_of_what_is_long() -> None:
    shown = show("a" * 5000 + "z")
    assert len(shown) <= 200
    assert shown.startswith("'aaa") and shown.endswith("az'") and " ... " in shown


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (True, 1),
        (1, 1.0),
        (0, False),
        (0, None),
        ("1", 1),
        ([1], [True]),
        ([1], [1, 2]),
        ([1, "a"], PAIR),
        ("6869", BYTES),
        ({"$": "set", "items": [1, 1]}, {"$": "set", "items": [1, 2]}),
        ({"$": "dict", "items": [["a", 1]]}, {"$": "dict", "items": [["a", True]]}),
        ({"$": "set", "items": [1]}, {"$": "tuple", "items": [1]}),
        (EXCEPTION, {**EXCEPTION, "message": "later"}),
        (EXCEPTION, {**EXCEPTION, "names": ["Exception"]}),
        (NAN, {"$": "float", "repr": "inf"}),
    ],
)
def test_different_values_are_not_the_same(a: Any, b: Any) -> None:
    assert not same(a, b)
    assert not same(b, a)


def test_sets_and_dicts_have_no_order() -> None:
    assert same({"$": "set", "items": [1, "a"]}, {"$": "set", "items": ["a", 1]})
    assert same(
        {"$": "dict", "items": [["a", 1], ["b", 2]]}, {"$": "dict", "items": [["b", 2], ["a", 1]]}
    )


@pytest.mark.parametrize(
    ("value", "wrong"),
    [
        (float("nan"), "tagged"),
        ({"no": "tag"}, "got None"),
        ({"$": ["list"]}, "expected one of"),
        ({"$": "complex", "repr": "1j"}, "'complex'"),
        ({"$": "bytes"}, "keys"),
        ({"$": "bytes", "hex": "6869", "more": 1}, "keys"),
        ({"$": "bytes", "hex": 5}, "no str"),
        ({"$": "bytes", "hex": "zz"}, "hexadecimal"),
        ({"$": "tuple", "items": [{"$": "bytes", "hex": "zz"}]}, "hexadecimal"),
        ([1, {"$": "type", "names": [1]}], "strings"),
        ({"$": "dict", "items": [["key"]]}, "pairs"),
        ({"$": "dict", "items": [["key", float("inf")]]}, "tagged"),
        ((1, 2), "tuple is not"),
    ],
)
def test_problem(value: Any, wrong: str) -> None:
    assert wrong in str(problem(value))


def test_looking_inside() -> None:
    assert elements(PAIR) == [1, "a"]
    assert elements({"$": "dict", "items": [["k", 1]]}) == ["k"]
    assert elements("text") is None
    assert (length("abc"), length(BYTES), length([1]), length(5)) == (3, 2, 1, None)
    assert names(EXCEPTION)[0] == "multiprocessing.TimeoutError"
    assert names("Exception") == []
    assert type_names(None) == ["NoneType"]
    assert type_names(True) == ["bool"]
    assert type_names(EXCEPTION) == EXCEPTION["names"]
    assert type_names({"$": "object", "type": "threading.Thread"}) == ["threading.Thread"]
