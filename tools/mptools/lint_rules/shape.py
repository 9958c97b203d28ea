"""Rules on the shape of the files: what the schema says, and what it cannot say."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

from mpconform import places
from mpconform.bounds import FILE as BOUNDS_FILE
from mpconform.expansion import OF_A_PROBE, has_source
from mpconform.loader import CHAPTER_FILE, load
from mpconform.spec import SpecError
from mpconform.versions import Version

from mptools.lint_rules.project import Entry, Project

LONGEST_FILE = 700  # lines; a topic that grows beyond 500 is mostly two


def schema(project: Project) -> Iterator[tuple[Entry, str]]:
    """Every file is as spec/schema.json says of its kind."""
    # Imported only here: the other commands work without the extra that brings it.
    from jsonschema import Draft202012Validator

    definitions = json.loads((project.spec_dir / places.SCHEMA).read_text(encoding="utf-8"))
    for path, data in project.files.items():
        of_kind = {**definitions, "$ref": f"#/$defs/{_kind_of(path)}-file"}
        own = [entry for entry in project.entries if entry.path == path]
        for error in Draft202012Validator(of_kind).iter_errors(data):
            entry, field = _entry_at(own, path, list(error.absolute_path))
            yield entry, f"{field}: {error.message}" if field else error.message


def loads(project: Project) -> Iterator[tuple[Entry, str]]:
    """mpconform reads the spec."""
    try:
        load(project.spec_dir)
    except SpecError as error:
        yield Entry("spec", project.spec_dir, 1, {}, ""), str(error)


def files_are_short(project: Project) -> Iterator[tuple[Entry, str]]:
    """A file of the spec has at most 700 lines."""
    for path in project.files:
        count = len(path.read_text(encoding="utf-8").splitlines())
        if count > LONGEST_FILE:
            message = f"{count} lines, at most {LONGEST_FILE}: make two topics of it"
            yield Entry("file", path, 1, {}, ""), message


def said_once(project: Project) -> Iterator[tuple[Entry, str]]:
    """A requirement does not say what its probe says, nor a tier that follows from its sources."""
    for entry in project.of_kind("requirement"):
        of_probe = entry.probe or {}
        for key in sorted(OF_A_PROBE & entry.table.keys() & of_probe.keys()):
            if entry.table[key] == of_probe[key]:
                yield entry, f"{key} is what its probe says already"
        tier = "must" if has_source(entry.table) else "robust"
        if entry.table.get("tier") == tier:
            source = "a source" if tier == "must" else "no source"
            yield entry, f"the tier {tier} follows from its having {source}"


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


def _kind_of(path: Path) -> str:
    return {BOUNDS_FILE: "bounds", CHAPTER_FILE: "chapter"}.get(path.name, "topic")


def _entry_at(own: list[Entry], path: Path, where: list[Any]) -> tuple[Entry, str]:
    """The entry that an error's path, as ["probe", 3, "requirement", 2, "tier"], points into."""
    around = [entry for entry in own if tuple(where[: len(entry.place)]) == entry.place]
    whole_file = Entry("file", path, 1, {"id": f"({path.stem})"}, "")
    entry = max(around, key=lambda one: len(one.place), default=whole_file)
    return entry, "/".join(map(str, where[len(entry.place) :]))
