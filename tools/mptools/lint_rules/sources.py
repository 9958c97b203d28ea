"""Rules on where a requirement comes from."""

from __future__ import annotations

from collections.abc import Iterator

from mpconform.loader import parse_source
from mpconform.spec import Source

from mptools.lint_rules.project import Entry, Project


def sources_are_given(project: Project) -> Iterator[tuple[Entry, str]]:
    """What is documented names its sentence; only `robust` has none to name."""
    for entry in project.of_kind("requirement"):
        tier = project.expanded(entry).get("tier")
        if tier not in ("must", "may") or entry.table.get("source"):
            continue
        ranges = entry.table.get("ranges", [])
        if not ranges or not all(part.get("source") for part in ranges):
            yield entry, f"tier {tier} needs a source (only robust goes without)"


def sources_exist(project: Project) -> Iterator[tuple[Entry, str]]:
    """Every source is a pinned sentence."""
    known = {row.key for row in project.rows}
    anchors = {(row.docs, row.anchor) for row in project.rows}
    for entry in project.entries:
        for source in _sources(entry):
            if (source.docs, source.anchor, source.digest) in known:
                continue
            if (source.docs, source.anchor) in anchors:
                yield entry, f"{source.anchor} has no sentence {source.digest} in {source.docs}"
            else:
                yield entry, f"no such anchor in {source.docs}: {source.anchor}"


def _sources(entry: Entry) -> Iterator[Source]:
    for table in (entry.table, *entry.table.get("ranges", [])):
        for text in table.get("source", []):
            try:
                yield parse_source(text)
            except ValueError:
                pass  # the rule `loads` says what is wrong
