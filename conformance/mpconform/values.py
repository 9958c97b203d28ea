"""Neutral values: what a probe observed, as JSON that needs no class of the implementation.

None, bool, int, finite floats, str and list stand for themselves.  Everything else is an object
with a tag under "$":

    {"$": "bytes", "hex": "6869"}
    {"$": "tuple", "items": [1, 2]}
    {"$": "set", "items": [1, 2]}
    {"$": "dict", "items": [["key", "value"]]}
    {"$": "float", "repr": "nan"}
    {"$": "exception", "names": ["multiprocessing.TimeoutError", "Exception"], "message": ".."}
    {"$": "type", "names": ["multiprocessing.TimeoutError", "Exception"]}
    {"$": "object", "type": "threading.Thread"}

"names" are the documented names of a class and of its bases, most specific first.  So
`multiprocessing.TimeoutError` can't be confused with the builtin `TimeoutError`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

Value = Any

SHOWN_LENGTH = 200  # one terminal line and a half: the whole value stands in the results file

# tag -> the other keys of the object, with the type of each
_TAGS: Mapping[str, Mapping[str, type]] = {
    "bytes": {"hex": str},
    "tuple": {"items": list},
    "set": {"items": list},
    "dict": {"items": list},
    "float": {"repr": str},
    "exception": {"names": list, "message": str},
    "type": {"names": list},
    "object": {"type": str},
}


def show(value: Value) -> str:
    """The value for people: "raises TimeoutError: ...", b'..', (1, 2); shortened."""
    text = _show(value)
    if len(text) <= SHOWN_LENGTH:
        return text
    half = (SHOWN_LENGTH - 5) // 2
    return f"{text[:half]} ... {text[-half:]}"


def same(a: Value, b: Value) -> bool:
    """Strict equality: True is not 1, and 1 is not 1.0; a list is not a tuple.

    The order of a set's or a dict's items is not compared, as in Python.
    """
    if type(a) is not type(b):
        return False
    if isinstance(a, list):
        return _same_in_order(a, b)
    if not isinstance(a, dict):
        return bool(a == b)
    if a.get("$") != b.get("$") or a.keys() != b.keys():
        return False
    if a.get("$") in ("set", "dict"):
        return _same_in_any_order(a["items"], b["items"])
    return all(same(a[key], b[key]) for key in a)


def tag(value: Value) -> str | None:
    """The tag of a tagged value, None for one that stands for itself."""
    return value.get("$") if isinstance(value, dict) else None


def names(value: Value) -> list[str]:
    """The documented names of an exception or of a class; empty for any other value."""
    return list(value["names"]) if tag(value) in ("exception", "type") else []


def elements(value: Value) -> list[Value] | None:
    """The elements of a list, tuple or set, the keys of a dict; None for what has none."""
    if isinstance(value, list):
        return value
    if tag(value) in ("tuple", "set"):
        return list(value["items"])
    if tag(value) == "dict":
        return [key for key, _ in value["items"]]
    return None


def length(value: Value) -> int | None:
    """What len() gave in the target, None for what has no length."""
    if isinstance(value, str):
        return len(value)
    if tag(value) == "bytes":
        return len(value["hex"]) // 2
    found = elements(value)
    return None if found is None else len(found)


def type_names(value: Value) -> list[str]:
    """The names by which the type of the value may be called, most specific first."""
    kind = tag(value)
    if kind == "exception":
        return names(value)
    if kind == "object":
        return [value["type"]]
    return [kind if kind is not None else type(value).__name__]


def problem(value: Value) -> str | None:
    """What makes this not a neutral value, None when it is one.

    A process may be killed at any instant, also while it writes its reply, so the host checks every
    value before it relies on its shape.
    """
    if isinstance(value, list):
        return _first_problem(value)
    if not isinstance(value, dict):
        if isinstance(value, float) and not math.isfinite(value):
            return f'{value} travels as a tagged value: {{"$": "float", "repr": ...}}'
        is_plain = value is None or isinstance(value, bool | int | float | str)
        return None if is_plain else f"{type(value).__name__} is not a neutral value"
    kind = value.get("$")
    if not isinstance(kind, str) or kind not in _TAGS:
        return f'expected one of {", ".join(_TAGS)} under "$", got {kind!r}'
    fields = _TAGS[kind]
    if value.keys() != {"$", *fields}:
        return f"expected the keys {sorted(fields)} in a {kind}, got {sorted(value.keys() - {'$'})}"
    for key, wanted in fields.items():
        if not isinstance(value[key], wanted):
            return f"{key!r} of a {kind} is no {wanted.__name__}"
    return _problem_inside(kind, value)


def _show(value: Value) -> str:
    kind = tag(value)
    if isinstance(value, list):
        return f"[{', '.join(map(_show, value))}]"
    if kind is None:
        return repr(value)
    if kind == "bytes":
        return repr(bytes.fromhex(value["hex"]))
    if kind == "tuple":
        comma = "," if len(value["items"]) == 1 else ""
        return f"({', '.join(map(_show, value['items']))}{comma})"
    if kind == "set":
        return (
            "{" + ", ".join(sorted(map(_show, value["items"]))) + "}" if value["items"] else "set()"
        )
    if kind == "dict":
        return "{" + ", ".join(f"{_show(k)}: {_show(v)}" for k, v in value["items"]) + "}"
    if kind == "float":
        return str(value["repr"])
    if kind == "exception":
        message = f": {value['message']}" if value["message"] else ""
        return f"raises {_best_name(value)}{message}"
    if kind == "type":
        return f"<class {_best_name(value)}>"
    return f"<{value['type']} object>"


def _best_name(value: Value) -> str:
    return str(value["names"][0]) if value["names"] else "?"


def _same_in_order(a: list[Value], b: list[Value]) -> bool:
    return len(a) == len(b) and all(map(same, a, b))


def _same_in_any_order(a: list[Value], b: list[Value]) -> bool:
    if len(a) != len(b):
        return False
    rest = list(b)
    for wanted in a:
        place = next((i for i, found in enumerate(rest) if same(wanted, found)), None)
        if place is None:
            return False
        del rest[place]
    return True


def _first_problem(values: list[Value]) -> str | None:
    return next((text for text in map(problem, values) if text is not None), None)


def _problem_inside(kind: str, value: Value) -> str | None:
    if kind == "bytes":
        try:
            bytes.fromhex(value["hex"])
        except ValueError:
            return f"'hex' of a bytes is not hexadecimal: {value['hex'][:40]!r}"
        return None
    if kind in ("exception", "type"):
        good = all(isinstance(name, str) for name in value["names"])
        return None if good else f"'names' of a {kind} holds something else than strings"
    if kind == "dict":
        if not all(isinstance(pair, list) and len(pair) == 2 for pair in value["items"]):
            return "'items' of a dict holds something else than [key, value] pairs"
        return _first_problem([part for pair in value["items"] for part in pair])
    if kind in ("tuple", "set"):
        return _first_problem(value["items"])
    return None
