"""Rules on where a requirement comes from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mpconform.spec import DOCS

from mptools.lint_rules.project import Entry, Project


def sources_are_given(project: Project) -> Iterator[tuple[Entry, str]]:
    """What is documented names its sentence; only `robust` has none to name."""
    for entry in project.of_kind("requirement"):
        if entry.table.get("tier") not in ("must", "may") or entry.table.get("source"):
            continue
        ranges = entry.table.get("ranges", [])
        if not ranges or not all(part.get("source") for part in ranges):
            yield entry, f"tier {entry.table['tier']} needs a source (only robust goes without)"


def sources_exist(project: Project) -> Iterator[tuple[Entry, str]]:
    """Every source is a pinned sentence."""
    known = {row.key for row in project.rows}
    anchors = {(row.docs, row.anchor) for row in project.rows}
    for entry in project.entries:
        for source in _sources(entry):
            if not isinstance(source, dict):
                continue
            docs = source.get("docs", DOCS)
            anchor, digest = source.get("anchor"), source.get("digest")
            if (docs, anchor, digest) in known:
                continue
            known_anchor = (docs, anchor) in anchors
            what = f"no sentence {digest}" if known_anchor else "no such anchor"
            yield (
                entry,
                f"{anchor} has {what} in {docs}"
                if known_anchor
                else (f"{what} in {docs}: {anchor}"),
            )


def _sources(entry: Entry) -> list[Any]:
    found: list[Any] = []
    for table in (entry.table, *entry.table.get("ranges", [])):
        source = table.get("source", [])
        found.extend(source if isinstance(source, list) else [source])
    return found
