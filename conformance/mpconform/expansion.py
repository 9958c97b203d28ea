"""The short forms of the spec: what an [[object]] and an [[ending]] stand for.

Both become ordinary [[requirement]] tables, so that everything that runs, judges or counts
requirements knows only one kind.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from mpconform.versions import FIRST_VERSION, Version

START_METHODS = ("spawn", "fork", "forkserver")
SURFACE_PROBE = "surface.names"
ENDING = "ending"  # the name under which an [[ending]] expects "clean"


def expand_object(table: Mapping[str, Any]) -> dict[str, Any]:
    """The [[requirement]] table that an [[object]] table stands for: the name is offered."""
    name = str(table["name"])
    owner, _, member = name.rpartition(".")
    if owner:
        expect: dict[str, Any] = {"members": {"item": [owner, {"includes": [member]}]}}
    else:
        here = {"includes": [name]}
        expect = {"module": here, "contexts": {"every": here}}
    signature = _signature_matcher(table.get("parameters") or [])
    if signature is not None:
        expect["signatures"] = {"item_if_present": [name, signature]}
    kept = {key: table[key] for key in ("id", "source", "since", "until") if key in table}
    return {
        **kept,
        "text": f"{name} is offered.",
        "object": name,
        "tier": "must",
        "start_methods": [],
        "probe": SURFACE_PROBE,
        "expect": expect,
    }


def expand_ending(table: Mapping[str, Any], users: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The [[requirement]] table that an [[ending]] table stands for: nothing is left behind.

    It applies where any of `users`, the requirements that read the same probe, does; what the
    table says itself comes first.
    """
    derived: dict[str, Any] = {
        "text": f"Nothing is left behind: the probe {table['probe']} ends clean.",
        "tier": "robust",
        "start_methods": _joint_start_methods(users),
        "needs": _common(users, "needs"),
        "expect": {ENDING: "clean"},
    }
    if users:
        derived["since"] = str(min(_earliest(user) for user in users))
    if users and all(user.get("platforms") for user in users):
        derived["platforms"] = list(dict.fromkeys(p for u in users for p in u["platforms"]))
    return {**derived, **table}


def _signature_matcher(parameters: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """Documented positional parameters come first and in order; more may follow them."""
    positional = [_parameter_matcher(p) for p in parameters if not p.get("keyword_only")]
    by_keyword = [_parameter_matcher(p) for p in parameters if p.get("keyword_only")]
    parts: list[dict[str, Any]] = []
    if positional:
        parts.append({"begins": positional})
    if by_keyword:
        parts.append({"includes": by_keyword})
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else {"all_of": parts}


def _parameter_matcher(parameter: Mapping[str, Any]) -> str | dict[str, str]:
    if "default" in parameter:
        return f"{parameter['name']}={parameter['default']}"
    # Where no default is documented, there may or may not be one.
    return {"matches": rf"\A{re.escape(parameter['name'])}(=|\Z)"}


def _joint_start_methods(users: Sequence[Mapping[str, Any]]) -> list[str]:
    """() only where none of the users starts processes through a start method."""
    named = [set(user.get("start_methods", START_METHODS)) for user in users]
    joint = set().union(*named) if users else set(START_METHODS)
    return [method for method in START_METHODS if method in joint]


def _common(users: Sequence[Mapping[str, Any]], key: str) -> list[str]:
    sets = [set(user.get(key, ())) for user in users]
    return sorted(set.intersection(*sets)) if sets else []


def _earliest(table: Mapping[str, Any]) -> Version:
    found = [part.get("since") for part in (table, *table.get("ranges", ()))]
    return min((Version.parse(text) for text in found if text), default=FIRST_VERSION)
