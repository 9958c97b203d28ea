"""What the rules look at: the spec's files as they are written, and what surrounds them.

The files are read without understanding them, so that one that `mpconform.loader` refuses still
gets all its findings at once.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from mpconform.bounds import FILE as BOUNDS_FILE
from mpconform.bounds import Bounds, load_bounds
from mpconform.expansion import expand_ending, expand_object, expand_requirement, probe_name
from mpconform.loader import CHAPTER_FILE

from mptools import ToolError
from mptools.documentation import split_sentences
from mptools.probes import ProbeSource, read_probes
from mptools.sentences import Row, load_rows, read_pages

RETIRED = "retired"
COPIED_WORDS = 10  # a run this long in common with the documentation is no accident
IDS_FILE = "ids.txt"


@dataclass(frozen=True, order=True)
class Finding:
    """One violation of one rule, and where it is."""

    path: Path
    line: int
    id: str
    rule: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.id}: {self.rule}: {self.message}"


@dataclass(frozen=True)
class Entry:
    """One table of a file of the spec, or a place in another file (`table` is empty then).

    `probe` is the [[probe]] table that a requirement or an ending belongs to, `place` the way to
    the table from the top of its file, as ("probe", 3, "requirement", 2).
    """

    kind: str
    path: Path
    line: int
    table: Mapping[str, Any]
    chapter: str
    probe: Mapping[str, Any] | None = None
    place: tuple[str | int, ...] = ()

    @property
    def id(self) -> str:
        return str(self.table.get("id") or self.table.get("name") or f"({self.kind})")


@dataclass(frozen=True)
class Project:
    """The spec folder, the probes, and the documentation where it is installed."""

    spec_dir: Path
    probes_dir: Path
    docs: Path | None

    @cached_property
    def files(self) -> Mapping[Path, Mapping[str, Any]]:
        """Every file of the spec as plain data."""
        found = {}
        for path in sorted([*self.spec_dir.glob("*/*.toml"), *self.spec_dir.glob("*.toml")]):
            try:
                found[path] = tomllib.loads(path.read_text(encoding="utf-8"))
            except tomllib.TOMLDecodeError as error:
                raise ToolError(f"{path}: not TOML: {error}") from None
        return found

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        return tuple(e for path, data in self.files.items() for e in _entries(path, data))

    def of_kind(self, *kinds: str) -> Iterator[Entry]:
        return (entry for entry in self.entries if entry.kind in kinds)

    @property
    def with_ids(self) -> Iterator[Entry]:
        """Entries that become requirements."""
        return (e for e in self.of_kind("object", "requirement", "ending") if "id" in e.table)

    def probe_of(self, entry: Entry) -> str:
        """The full name of the probe that serves an entry, "" where it names none."""
        return str(self.expanded(entry).get("probe", ""))

    def expanded(self, entry: Entry) -> Mapping[str, Any]:
        """The entry with all that it stands for; an incomplete one as it is."""
        try:
            if entry.kind == "object":
                return expand_object(entry.table)
            if entry.kind == "ending" and entry.probe:
                return expand_ending(entry.probe, entry.chapter, [])
            if entry.kind == "probe":
                return {**entry.table, "probe": probe_name(entry.table["name"], entry.chapter)}
            if entry.kind == "requirement" and entry.probe:
                return self._expanded_requirement(entry.table, entry.probe, entry.chapter)
        except (KeyError, TypeError, AttributeError):
            pass
        return entry.table

    def _expanded_requirement(
        self, table: Mapping[str, Any], probe: Mapping[str, Any], chapter: str
    ) -> Mapping[str, Any]:
        try:
            return expand_requirement(table, probe, chapter)
        except ValueError:  # it does not narrow what its probe says: the rule `loads` says so
            return {**table, "probe": probe_name(probe["name"], chapter)}

    @cached_property
    def probes(self) -> Mapping[str, ProbeSource]:
        return read_probes(self.probes_dir)

    @cached_property
    def bounds(self) -> Bounds:
        try:
            return load_bounds(self.spec_dir)
        except ValueError:
            return Bounds({})  # the rule `loads` says what is wrong

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        return tuple(load_rows(self.spec_dir))

    @cached_property
    def listed_ids(self) -> Mapping[str, tuple[int, bool]]:
        """Id -> (line, whether it is retired), as ids.txt has them."""
        path = self.spec_dir / IDS_FILE
        lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
        found = {}
        for number, line in enumerate(lines, 1):
            id_, _, note = line.partition(" ")
            if id_ and not id_.startswith("#"):
                found[id_] = (number, note.strip().startswith(RETIRED))
        return found

    @cached_property
    def documented_runs(self) -> frozenset[tuple[str, ...]]:
        """All runs of ten words of the documentation; empty where it is not installed."""
        if self.docs is None:
            return frozenset()
        runs: set[tuple[str, ...]] = set()
        for unit in read_pages(self.docs):
            for sentence in split_sentences(unit.text):
                runs.update(word_runs(sentence))
        return frozenset(runs)


def word_runs(text: str) -> Iterator[tuple[str, ...]]:
    """All runs of ten words, without markup and capitals."""
    without_roles = re.sub(r":[a-z:]+:`~?([^`]*)`", r"\1", text)
    words = re.findall(r"[a-z0-9_']+", without_roles.lower())
    return (tuple(words[n : n + COPIED_WORDS]) for n in range(len(words) - COPIED_WORDS + 1))


def _entries(path: Path, data: Mapping[str, Any]) -> Iterator[Entry]:
    lines = path.read_text(encoding="utf-8").splitlines()
    chapter = path.parent.name
    yield Entry("file", path, 1, {"id": f"({path.stem})"}, chapter)
    if path.name == BOUNDS_FILE:
        for name, table in data.items():
            line = _line_after(lines, 0, rf"\[{re.escape(name)}\]")
            yield Entry("bound", path, line, {"name": name, **_as_table(table)}, "", None, (name,))
    elif path.name == CHAPTER_FILE:
        yield from _chapter_entries(path, data, lines)
    else:
        yield from _topic_entries(path, data, lines)


def _chapter_entries(path: Path, data: Mapping[str, Any], lines: list[str]) -> Iterator[Entry]:
    yield from _plain_entries(path, data, lines, "object")
    yield from _plain_entries(path, data, lines, "informative")


def _plain_entries(
    path: Path, data: Mapping[str, Any], lines: list[str], kind: str
) -> Iterator[Entry]:
    heads = _heads(lines, kind)
    for n, (head, table) in enumerate(zip(heads, _tables(data, kind), strict=False)):
        line = _line_after(lines, head, r"id\s*=")
        yield Entry(kind, path, line, table, path.parent.name, None, (kind, n))


def _topic_entries(path: Path, data: Mapping[str, Any], lines: list[str]) -> Iterator[Entry]:
    chapter = path.parent.name
    yield from _plain_entries(path, data, lines, "object")
    own_heads = iter(_heads(lines, "probe.requirement"))
    for n, (head, probe) in enumerate(
        zip(_heads(lines, "probe"), _tables(data, "probe"), strict=False)
    ):
        line = _line_after(lines, head, r"name\s*=")
        yield Entry("probe", path, line, probe, chapter, None, ("probe", n))
        for m, table in enumerate(_tables(probe, "requirement")):
            line = _line_after(lines, next(own_heads, head), r"id\s*=")
            place = ("probe", n, "requirement", m)
            yield Entry("requirement", path, line, table, chapter, probe, place)
        if "ends_clean" in probe:
            line = _line_after(lines, head, r"ends_clean\s*=")
            ending = {"id": probe["ends_clean"]}
            yield Entry("ending", path, line, ending, chapter, probe, ("probe", n, "ends_clean"))


def _as_table(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _tables(data: Mapping[str, Any], kind: str) -> list[Mapping[str, Any]]:
    found = data.get(kind, [])
    return [_as_table(table) for table in found] if isinstance(found, list) else []


def _heads(lines: list[str], kind: str) -> list[int]:
    return [n for n, line in enumerate(lines, 1) if line.strip().startswith(f"[[{kind}]]")]


def _line_after(lines: list[str], head: int, pattern: str) -> int:
    """The line of an entry's key, else that of its head."""
    for number in range(head + 1, len(lines) + 1):
        line = lines[number - 1].strip()
        if re.match(pattern, line):
            return number
        if line.startswith("[[") and head:
            break
    return max(head, 1)
