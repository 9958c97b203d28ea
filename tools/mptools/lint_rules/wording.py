"""Rules on texts for people: they are in the indicative, short, and in our own words."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from mptools.lint_rules.project import COPIED_WORDS, Entry, Project, word_runs

LONGEST_TEXT = 200  # what fits beside "promised" in a failure without hiding the rest
_NOT_INDICATIVE = re.compile(
    r"\b(should|must|shall|ought|tests? that|checks|verifies)\b", re.IGNORECASE
)


def text_is_indicative(project: Project) -> Iterator[tuple[Entry, str]]:
    """A text states what is so, in one sentence or two of at most 200 characters."""
    for entry, text in _texts(project):
        found = _NOT_INDICATIVE.search(text)
        if found:
            yield entry, f"{found[0]!r}: a requirement states what is so"
        if not text.endswith("."):
            yield entry, "the text ends without a period"
        if len(text) > LONGEST_TEXT:
            yield entry, f"the text has {len(text)} characters, at most {LONGEST_TEXT} are shown"


def text_is_ours(project: Project) -> Iterator[tuple[Entry, str]]:
    """No ten words or numbers in a row are the documentation's, where that is installed."""
    for entry in project.entries:
        parts = [entry.table.get(key, "") for key in ("text", "reason", "disputed")]
        ranges = entry.table.get("ranges", [])
        parts += [table.get("text", "") for table in ranges]
        parts += [json.dumps(table.get("expect", {})) for table in (entry.table, *ranges)]
        for run in word_runs(" / ".join(map(str, parts))):
            if run in project.documented_runs:
                yield entry, f"{COPIED_WORDS} words of the documentation: {' '.join(run)!r}"
                break


def disputed_has_reason(project: Project) -> Iterator[tuple[Entry, str]]:
    """Whoever disputes the documentation says why."""
    for entry in project.of_kind("requirement"):
        reason = entry.table.get("disputed")
        if reason is not None and len(str(reason).split()) < 3:
            yield entry, f"disputed: expected a reason that others can check, got {reason!r}"


def _texts(project: Project) -> Iterator[tuple[Entry, str]]:
    for entry in project.of_kind("requirement"):
        for table in (entry.table, *entry.table.get("ranges", [])):
            if isinstance(table.get("text"), str):
                yield entry, table["text"]
