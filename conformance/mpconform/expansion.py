"""The short forms of the spec, spelled out.

What an [[object]], a [[probe.requirement]] and a probe's `ends_clean` stand for becomes one kind of
table, in which all that is known of a requirement is said: everything that runs, judges or counts
requirements knows that kind alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from mpconform.spec import START_METHODS
from mpconform.versions import FIRST_VERSION, Version

SURFACE_PROBE = "surface.names.listed"
ENDING = "ending"  # the name under which a probe's ending expects "clean"

OF_A_PROBE = frozenset({"start_methods", "platforms", "needs", "since", "until"})
"""What a probe says once for its requirements, and a requirement may narrow."""

Table = Mapping[str, Any]


def expand_object(table: Table) -> dict[str, Any]:
    """What an [[object]] stands for: the name is offered."""
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


def probe_name(name: str, chapter: str) -> str:
    """A probe's full name: "putting.on_full" is one of the chapter's own."""
    return name if name.count(".") > 1 else f"{chapter}.{name}"


def expand_requirement(table: Table, probe: Table, chapter: str) -> dict[str, Any]:
    """What a [[probe.requirement]] stands for: with all that its probe says for it.

    A ValueError where it does not narrow what the probe says, but contradicts it.
    """
    own = dict(table)
    for key in ("start_methods", "platforms"):
        if key in probe and key in own:
            _refuse_more(key, own[key], probe[key])
    if "since" in probe and "since" in own and _version(own["since"]) < _version(probe["since"]):
        raise ValueError(f"since {own['since']}: its probe begins with {probe['since']}")
    if "until" in probe and "until" in own and _version(own["until"]) > _version(probe["until"]):
        raise ValueError(f"until {own['until']}: its probe ends with {probe['until']}")
    needs = [*probe.get("needs", ()), *own.get("needs", ())]
    return {
        "tier": "must" if has_source(own) else "robust",
        **{key: probe[key] for key in OF_A_PROBE if key in probe},
        **own,
        **({"needs": list(dict.fromkeys(needs))} if needs else {}),
        "probe": probe_name(probe["name"], chapter),
    }


def expand_ending(probe: Table, chapter: str, users: Sequence[Table]) -> dict[str, Any]:
    """What a probe's `ends_clean` stands for: nothing is left behind.

    It applies where any of `users`, the expanded requirements of the probe, does.
    """
    name = probe_name(probe["name"], chapter)
    ending: dict[str, Any] = {
        "id": probe["ends_clean"],
        "text": f"Nothing is left behind: the probe {name} ends clean.",
        "tier": "robust",
        "start_methods": _joint_start_methods(users or [probe]),
        "needs": _common(users, "needs"),
        "probe": name,
        "expect": {ENDING: "clean"},
    }
    if users:
        ending["since"] = str(min(_earliest(user) for user in users))
    if users and all(user.get("platforms") for user in users):
        ending["platforms"] = list(dict.fromkeys(p for u in users for p in u["platforms"]))
    return ending


def has_source(table: Table) -> bool:
    """Is it documented, by itself or in one of its ranges?"""
    return any(part.get("source") for part in (table, *table.get("ranges", ())))


def _refuse_more(key: str, own: Sequence[str], of_probe: Sequence[str]) -> None:
    more = [word for word in own if word not in of_probe]
    if more:
        raise ValueError(f"{key}: its probe says {list(of_probe)}, without {', '.join(more)}")


def _signature_matcher(parameters: Sequence[Table]) -> dict[str, Any] | None:
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


def _parameter_matcher(parameter: Table) -> str | dict[str, str]:
    if "default" in parameter:
        return f"{parameter['name']}={parameter['default']}"
    # Where no default is documented, there may or may not be one.
    return {"matches": rf"\A{re.escape(parameter['name'])}(=|\Z)"}


def _joint_start_methods(users: Sequence[Table]) -> list[str]:
    """() only where none of the users starts processes through a start method."""
    named = [set(user.get("start_methods", START_METHODS)) for user in users]
    joint = set().union(*named)
    return [method for method in START_METHODS if method in joint]


def _common(users: Sequence[Table], key: str) -> list[str]:
    sets = [set(user.get(key, ())) for user in users]
    return sorted(set.intersection(*sets)) if sets else []


def _earliest(table: Table) -> Version:
    found = [part.get("since") for part in (table, *table.get("ranges", ()))]
    return min((Version.parse(text) for text in found if text), default=FIRST_VERSION)


def _version(text: Any) -> Version:
    return Version.parse(text)
