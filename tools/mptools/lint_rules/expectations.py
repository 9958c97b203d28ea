"""Rules on expectations: each is a matcher, can fail, and is about a reported observation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mpconform.expansion import ENDING
from mpconform.matchers import MatcherError, build

from mptools.lint_rules.project import Entry, Project


def matchers_are_known(project: Project) -> Iterator[tuple[Entry, str]]:
    """Every expectation is a matcher with an argument that makes sense (bounds in order, ..)."""
    for entry in project.with_ids:
        for _, name, value in _expectations(project, entry):
            try:
                build(project.bounds.resolve(value))
            except MatcherError as error:
                yield entry, f"{name}: {error}"


def can_fail(project: Project) -> Iterator[tuple[Entry, str]]:
    """A requirement that is scored expects more than that something was reported."""
    for entry in project.of_kind("requirement"):
        if entry.table.get("tier") == "may":
            continue
        for where, expect in expect_tables(entry.table):
            if not expect or all(value == {"present": True} for value in expect.values()):
                yield entry, f"{where}expects no value: it could fail by absence only"


def observations_are_reported(project: Project) -> Iterator[tuple[Entry, str]]:
    """The probe reports every observation that is expected of it or compared with."""
    for entry in project.with_ids:
        probe = project.probes.get(project.probe_of(entry))
        if probe is None:
            continue  # probe-exists says so
        for _, name, value in _expectations(project, entry):
            for wanted in (name, *sorted(_references(project, value))):
                if wanted != ENDING and not probe.may_report(wanted):
                    yield entry, f"{probe.name} does not report {wanted!r}"


def _expectations(project: Project, entry: Entry) -> Iterator[tuple[str, str, Any]]:
    for where, expect in expect_tables(project.expanded(entry)):
        for name, value in expect.items():
            yield where, name, value


def expect_tables(table: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(table.get("expect"), dict):
        yield "", table["expect"]
    for part in table.get("ranges", []):
        if isinstance(part.get("expect"), dict):
            yield f"the range since {part.get('since')} ", part["expect"]


def _references(project: Project, value: Any) -> frozenset[str]:
    try:
        return build(project.bounds.resolve(value)).references()
    except MatcherError:
        return frozenset()  # matchers-are-known says what is wrong
