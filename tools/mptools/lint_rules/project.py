"""What the rules look at: the spec's files as they are written, and what surrounds them.

The files are read without understanding them, so that one that `mpconform.spec` refuses still
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

from mpconform.expansion import expand_ending, expand_object

from mptools import ToolError
from mptools.documentation import split_sentences
from mptools.probes import ProbeSource, read_probes
from mptools.sentences import Row, load_rows, read_pages

KINDS = ("object", "requirement", "ending", "informative")
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
    """One table of a chapter file, or a place in another file (`table` is empty then)."""

    kind: str
    path: Path
    line: int
    table: Mapping[str, Any]
    chapter: str

    @property
    def id(self) -> str:
        return str(self.table.get("id", f"({self.kind})"))


@dataclass(frozen=True)
class Project:
    """The spec folder, the probes, and the documentation where it is installed."""

    spec_dir: Path
    probes_dir: Path
    docs: Path | None

    @cached_property
    def files(self) -> Mapping[Path, Mapping[str, Any]]:
        """Every chapter file as plain data."""
        found = {}
        for path in sorted(self.spec_dir.glob("*.toml")):
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
        """The probe that serves an entry, "" where it names none."""
        return str(self.expanded(entry).get("probe", ""))

    def expanded(self, entry: Entry) -> Mapping[str, Any]:
        """The entry as a [[requirement]] table; an incomplete one as it is."""
        try:
            if entry.kind == "object":
                return expand_object(entry.table)
            if entry.kind == "ending":
                return expand_ending(entry.table, [])
        except (KeyError, TypeError, AttributeError):
            pass
        return entry.table

    @cached_property
    def probes(self) -> Mapping[str, ProbeSource]:
        return read_probes(self.probes_dir)

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
    chapter = path.stem
    yield Entry("chapter", path, 1, {**data.get("chapter", {}), "id": "(chapter)"}, chapter)
    for kind in KINDS:
        heads = [n for n, line in enumerate(lines, 1) if line.strip().startswith(f"[[{kind}]]")]
        tables = data.get(kind, [])
        for head, table in zip(heads, tables, strict=False):
            yield Entry(kind, path, _line_of_id(lines, head), table, chapter)


def _line_of_id(lines: list[str], head: int) -> int:
    """The line of the entry's id, else that of its head."""
    for number in range(head + 1, len(lines) + 1):
        line = lines[number - 1].strip()
        if re.match(r"id\s*=", line):
            return number
        if line.startswith("[["):
            break
    return head
