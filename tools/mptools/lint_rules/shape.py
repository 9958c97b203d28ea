"""Rules on the shape of the files: what the schema says, and what it cannot say."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from mpconform.spec import SpecError, load
from mpconform.versions import Version

from mptools.lint_rules.project import Entry, Project


def schema(project: Project) -> Iterator[tuple[Entry, str]]:
    """Every chapter file is as spec/schema.json says."""
    # Imported only here: the other commands work without the extra that brings it.
    from jsonschema import Draft202012Validator

    text = (project.spec_dir / "schema.json").read_text(encoding="utf-8")
    validator = Draft202012Validator(json.loads(text))
    for path, data in project.files.items():
        own = [entry for entry in project.entries if entry.path == path]
        for error in validator.iter_errors(data):
            where = list(error.absolute_path)
            field = "/".join(map(str, where[2:]))
            yield _entry_at(own, where), f"{field}: {error.message}" if field else error.message


def loads(project: Project) -> Iterator[tuple[Entry, str]]:
    """mpconform reads the spec."""
    try:
        load(project.spec_dir)
    except SpecError as error:
        yield Entry("spec", project.spec_dir, 1, {}, ""), str(error)


def ranges_tile(project: Project) -> Iterator[tuple[Entry, str]]:
    """The ranges of a requirement follow each other without an overlap or a hole."""
    for entry in project.of_kind("requirement"):
        ranges = entry.table.get("ranges", [])
        for before, after in pairwise(ranges):
            message = _gap(before, after)
            if message:
                yield entry, message


def _gap(before: Any, after: Any) -> str | None:
    try:
        since = Version.parse(after["since"])
        if "until" not in before:
            return f"the range since {before['since']} needs an until: another begins at {since}"
        until = Version.parse(before["until"])
    except (KeyError, TypeError, ValueError):
        return None  # the schema says so already
    if until >= since:
        return f"two ranges cover {since}"
    if (until.major, until.minor + 1) != since:
        return f"no range covers the versions between {until} and {since}"
    return None


def _entry_at(own: list[Entry], where: list[Any]) -> Entry:
    """The entry that an error's path, as ["requirement", 3, "tier"], points at."""
    if len(where) >= 2 and isinstance(where[1], int):
        of_kind = [entry for entry in own if entry.kind == where[0]]
        if where[1] < len(of_kind):
            return of_kind[where[1]]
    return own[0]
