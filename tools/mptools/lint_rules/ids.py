"""Rules on ids: words from general to specific, unique, and never lost once they are listed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mptools.lint_rules.project import IDS_FILE, Entry, Project

_COMPONENT = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*\Z")


def ids_are_unique(project: Project) -> Iterator[tuple[Entry, str]]:
    """An id stands once in the whole spec."""
    first: dict[str, Entry] = {}
    for entry in project.with_ids:
        before = first.setdefault(entry.id, entry)
        if before is not entry:
            yield (
                entry,
                f"is in {before.path.parent.name}/{before.path.name}, line {before.line}, already",
            )


def ids_are_words(project: Project) -> Iterator[tuple[Entry, str]]:
    """An id is two or more components of lower-case words; the first names chapter or object."""
    words = {word for entry in project.of_kind("object") for word in _object_words(entry)}
    for entry in project.with_ids:
        parts = entry.id.split(".")
        bad = [part for part in parts if not _COMPONENT.match(part)]
        if bad:
            yield entry, f"expected lower-case words joined by hyphens, got {bad[0]!r}"
        elif len(parts) < 2:
            yield entry, "expected two components or more, from general to specific"
        elif len(set(parts)) < len(parts):
            yield entry, "a component is repeated"
        elif parts[0] not in words | {entry.chapter.replace("_", "-")}:
            yield entry, f"{parts[0]!r} is neither this chapter nor a word of a documented object"


def ids_are_listed(project: Project) -> Iterator[tuple[Entry, str]]:
    """Every id is in ids.txt, and every id of ids.txt is in the spec or marked as retired."""
    present = {entry.id: entry for entry in project.with_ids}
    for id_, entry in present.items():
        if id_ not in project.listed_ids:
            yield entry, f"is not in {IDS_FILE}: `mptools lint --fix-ids` appends it"
        elif project.listed_ids[id_][1]:
            yield entry, f"is retired in {IDS_FILE}: an id is never used again"
    for id_, (line, is_retired) in project.listed_ids.items():
        if id_ not in present and not is_retired:
            place = Entry("ids", project.spec_dir / IDS_FILE, line, {"id": id_}, "")
            yield place, "has vanished from the spec: mark it `retired: why`, or bring it back"


def _object_words(entry: Entry) -> Iterator[str]:
    """What BoundedSemaphore may be written as: bounded-semaphore, boundedsemaphore."""
    for component in str(entry.table.get("name", "")).split("."):
        hyphened = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", component).replace("_", "-")
        yield hyphened.strip("-").lower()
        yield component.replace("_", "").lower()
