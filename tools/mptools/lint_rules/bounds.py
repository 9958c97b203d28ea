"""Rules on bounds that have a name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mpconform.bounds import WORD

from mptools.lint_rules.expectations import expect_tables
from mptools.lint_rules.project import Entry, Project


def bounds_are_used(project: Project) -> Iterator[tuple[Entry, str]]:
    """A bound has a name because several expectations are the same, for one reason."""
    used = {name for entry in project.of_kind("requirement") for name in _names(entry)}
    for entry in project.of_kind("bound"):
        if entry.table["name"] not in used:
            yield entry, "no expectation uses this bound"


def bounds_have_names(project: Project) -> Iterator[tuple[Entry, str]]:
    """What a named bound says is written by its name."""
    named = {name: dict(bound.matcher) for name, bound in project.bounds.by_name.items()}
    for entry in project.of_kind("requirement"):
        for _, expect in expect_tables(entry.table):
            for observation, value in expect.items():
                same = [name for name, matcher in named.items() if value == matcher]
                if same:
                    names = " or ".join(f'{{ {WORD} = "{name}" }}' for name in same)
                    yield entry, f"{observation}: write {names}, if its reason holds here"


def _names(entry: Entry) -> Iterator[str]:
    for _, expect in expect_tables(entry.table):
        yield from _names_in(list(expect.values()))


def _names_in(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get(WORD), str):
            yield value[WORD]
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from _names_in(item)
