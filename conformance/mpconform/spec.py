"""The spec: documented behaviour as requirements, read from the TOML files of `spec/`.

`load` gives the whole of it, or a SpecError that names file, line and id.  It refuses what cannot
be understood; what is merely against the house rules (wording, unused probes, open sentences) is
for `mptools lint` and `mptools coverage`.  `spec/README.md` describes the format for authors.
"""

from __future__ import annotations

import difflib
import hashlib
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

from mpconform.expansion import ENDING as ENDING
from mpconform.expansion import START_METHODS as START_METHODS
from mpconform.expansion import SURFACE_PROBE as SURFACE_PROBE
from mpconform.expansion import expand_ending, expand_object
from mpconform.matchers import Matcher, MatcherError, build
from mpconform.versions import FIRST_VERSION, Version, within

TIERS = ("must", "may", "robust")
KINDS = ("module-function", "class", "method", "attribute", "exception")
DOCS = "3.11"  # the documentation whose sentences are pinned, unless a source says otherwise


class SpecError(Exception):
    """The spec, or a question put to it, is wrong; the message says where and what to do."""


@dataclass(frozen=True)
class Source:
    """A sentence of the documentation: where it stands, and the digest of its text."""

    anchor: str
    digest: str
    docs: str = DOCS

    def __str__(self) -> str:
        return f"{self.anchor} ({self.digest}, {self.docs})"


@dataclass(frozen=True)
class Range:
    """What is expected by the documentation of some versions, both ends inclusive."""

    since: Version
    until: Version | None
    text: str
    source: tuple[Source, ...]
    expect: Mapping[str, Matcher]

    def covers(self, version: Version) -> bool:
        return within(version, self.since, self.until)


@dataclass(frozen=True)
class Requirement:
    """One atomic, testable statement of the documentation."""

    id: str
    text: str
    object: str | None
    source: tuple[Source, ...]
    tier: str
    since: Version
    until: Version | None
    start_methods: tuple[str, ...]  # () = starts nothing through a start method: runs once
    platforms: tuple[str, ...]  # () = all
    needs: tuple[str, ...]
    disputed: str | None
    probe: str
    ranges: tuple[Range, ...]
    chapter: str
    file: str
    line: int
    is_ending: bool = False

    def range_at(self, version: Version) -> Range | None:
        """What the documentation of that version expects; None where it does not say this."""
        if not within(version, self.since, self.until):
            return None
        return next((r for r in self.ranges if r.covers(version)), None)

    @property
    def all_sources(self) -> tuple[Source, ...]:
        """The requirement's own sources and those of its ranges, each once."""
        from_ranges = (source for r in self.ranges for source in r.source)
        return tuple(dict.fromkeys((*self.source, *from_ranges)))


@dataclass(frozen=True)
class Parameter:
    """A documented parameter; `default` is Python source text, None where none is documented."""

    name: str
    default: str | None = None
    keyword_only: bool = False


@dataclass(frozen=True)
class Object:
    """A documented name; `name` is dotted, without the module: "Process.kill"."""

    name: str
    id: str
    kind: str
    parameters: tuple[Parameter, ...] | None
    since: Version
    until: Version | None
    source: tuple[Source, ...]
    chapter: str
    file: str
    line: int


@dataclass(frozen=True)
class Informative:
    """A sentence that states nothing testable, and why."""

    source: Source
    reason: str
    line: int


@dataclass(frozen=True)
class Chapter:
    """One file of the spec: a chapter of the documentation."""

    name: str
    title: str
    sections: tuple[str, ...]
    file: str
    requirements: tuple[Requirement, ...]  # those of its objects and endings included
    objects: tuple[Object, ...]
    informative: tuple[Informative, ...]

    @property
    def sources(self) -> tuple[Source, ...]:
        """Every sentence that the chapter claims or excuses, each once."""
        claimed = (s for requirement in self.requirements for s in requirement.all_sources)
        return tuple(dict.fromkeys((*claimed, *(note.source for note in self.informative))))


@dataclass(frozen=True)
class Spec:
    """All chapters, ordered by name."""

    chapters: tuple[Chapter, ...]
    digest: str  # of the files: results of different specs are not compared

    @cached_property
    def requirements(self) -> tuple[Requirement, ...]:
        return tuple(r for chapter in self.chapters for r in chapter.requirements)

    @cached_property
    def by_id(self) -> Mapping[str, Requirement]:
        return MappingProxyType({r.id: r for r in self.requirements})

    @cached_property
    def objects(self) -> tuple[Object, ...]:
        return tuple(o for chapter in self.chapters for o in chapter.objects)

    def select(self, prefixes: Iterable[str]) -> list[Requirement]:
        """The requirements under any of the prefixes, in the spec's order; all without prefixes.

        "queue.get" selects queue.get.timeout-raises-empty, but not queue.getter.  A prefix that
        selects nothing is a SpecError with the ids that look like it.
        """
        wanted = list(prefixes)
        if not wanted:
            return list(self.requirements)
        for prefix in wanted:
            if not any(_is_under(r.id, prefix) for r in self.requirements):
                raise SpecError(f"no requirement is called {prefix!r}{self._close_to(prefix)}")
        return [r for r in self.requirements if any(_is_under(r.id, p) for p in wanted)]

    def _close_to(self, prefix: str) -> str:
        borders = {
            ".".join(parts[:count])
            for parts in (r.id.split(".") for r in self.requirements)
            for count in range(1, len(parts) + 1)
        }
        close = difflib.get_close_matches(prefix, sorted(borders), n=3, cutoff=0.5)
        return f"; did you mean {', '.join(close)}?" if close else "; `mpconform list` shows all"


def load(spec_dir: Path) -> Spec:
    """Read every chapter file of the folder; SpecError where one cannot be understood."""
    files = sorted(spec_dir.glob("*.toml"))
    if not files:
        raise SpecError(f"{spec_dir}: expected chapter files (*.toml), found none")
    spec = Spec(tuple(map(_load_chapter, files)), _digest(files))
    _refuse_repeated_ids(spec.requirements)
    return spec


def _load_chapter(path: Path) -> Chapter:
    text = path.read_text(encoding="utf-8")
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SpecError(f"{path}: not TOML: {error}") from None
    where = _Places(path, text)
    try:
        head = data["chapter"]
        chapter, title, sections = head["name"], head["title"], tuple(head["sections"])
    except (KeyError, TypeError):
        raise SpecError(f"{path}:1: expected [chapter] with name, title and sections") from None
    if chapter != path.stem:
        raise SpecError(f"{path}:1: the chapter is named {chapter!r}, its file {path.stem!r}")
    unknown = data.keys() - {"chapter", "object", "requirement", "ending", "informative"}
    if unknown:
        raise SpecError(f"{path}:1: unknown tables {sorted(unknown)}")
    tables = data.get("requirement", [])
    requirements, objects = [], []
    for table in data.get("object", []):
        with where.naming(table):
            objects.append(_object(table, chapter, where))
            requirements.append(_requirement(expand_object(table), chapter, where))
    for table in tables:
        with where.naming(table):
            requirements.append(_requirement(table, chapter, where))
    for table in data.get("ending", []):
        with where.naming(table):
            users = [user for user in tables if user.get("probe") == table["probe"]]
            if not users and table["probe"] == SURFACE_PROBE:
                users = [{"start_methods": []}]
            requirements.append(_requirement(expand_ending(table, users), chapter, where, True))
    informative = []
    for number, table in enumerate(data.get("informative", [])):
        with where.naming(table):
            line = where.line_of_nth("[[informative]]", number)
            informative.append(Informative(_source(table["source"]), table["reason"], line))
    return Chapter(
        chapter,
        title,
        sections,
        path.name,
        tuple(requirements),
        tuple(objects),
        tuple(informative),
    )


_ID = re.compile(r"""\s*id\s*=\s*["']([^"']*)["']""")


class _Places:
    """Where in a file an entry stands: errors inside `naming` come out as SpecErrors with it."""

    def __init__(self, path: Path, text: str) -> None:
        self.path = path
        self._table: Mapping[str, Any] = {}
        self._ids: dict[str, int] = {}
        self._headers: dict[str, list[int]] = {}
        for number, line in enumerate(text.splitlines(), 1):
            if found := _ID.match(line):
                self._ids.setdefault(found[1], number)
            elif line.lstrip().startswith("[["):
                self._headers.setdefault(line.strip(), []).append(number)

    def line_of(self, id_: str) -> int:
        return self._ids.get(id_, 1)

    def line_of_nth(self, header: str, number: int) -> int:
        found = self._headers.get(header, [])
        return found[number] if number < len(found) else 1

    def naming(self, table: Mapping[str, Any]) -> _Places:
        self._table = table
        return self

    def __enter__(self) -> None:
        if not isinstance(self._table, dict):
            raise SpecError(f"{self.path}:1: expected a table, got {self._table!r}")

    def __exit__(self, kind: object, error: object, traceback: object) -> None:
        if not isinstance(error, KeyError | TypeError | ValueError | AttributeError):
            return
        id_ = str(self._table.get("id", "(no id)"))
        what = f"lacks {error}" if isinstance(error, KeyError) else str(error)
        raise SpecError(f"{self.path}:{self.line_of(id_)}: {id_}: {what}") from error


_RANGE_KEYS = frozenset({"since", "until", "text", "source", "expect"})
_REQUIREMENT_KEYS = _RANGE_KEYS | {
    *("id", "object", "tier", "start_methods", "platforms", "needs", "disputed", "probe", "ranges")
}


def _requirement(
    table: Mapping[str, Any], chapter: str, where: _Places, is_ending: bool = False
) -> Requirement:
    unknown = table.keys() - _REQUIREMENT_KEYS
    if unknown:
        raise ValueError(f"unknown keys {sorted(unknown)}")
    tier = _one_of(table["tier"], TIERS, "tier")
    start_methods = tuple(table.get("start_methods", START_METHODS))
    for method in start_methods:
        _one_of(method, START_METHODS, "start method")
    source = _sources(table.get("source", []))
    ranges = tuple(_ranges(table, source))
    return Requirement(
        id=table["id"],
        text=table["text"],
        object=table.get("object"),
        source=source,
        tier=tier,
        since=_version(table.get("since")) or ranges[0].since,
        until=_version(table.get("until")) or ranges[-1].until,
        start_methods=start_methods,
        platforms=tuple(table.get("platforms", ())),
        needs=tuple(table.get("needs", ())),
        disputed=table.get("disputed"),
        probe=table["probe"],
        ranges=ranges,
        chapter=chapter,
        file=where.path.name,
        line=where.line_of(table["id"]),
        is_ending=is_ending,
    )


def _ranges(table: Mapping[str, Any], source: tuple[Source, ...]) -> Iterator[Range]:
    if ("expect" in table) == ("ranges" in table):
        raise ValueError("expected either expect or ranges")
    parts = table.get("ranges") or [table]
    for part in parts:
        if "ranges" in table and part.keys() - _RANGE_KEYS:
            raise ValueError(f"a range has since, until, text, source, expect; got {sorted(part)}")
        yield Range(
            since=_version(part.get("since")) or FIRST_VERSION,
            until=_version(part.get("until")),
            text=part.get("text", table["text"]),
            source=_sources(part["source"]) if "source" in part else source,
            expect=MappingProxyType(_expect(part["expect"])),
        )


def _expect(table: Mapping[str, Any]) -> dict[str, Matcher]:
    found = {}
    for name, value in table.items():
        try:
            found[name] = build(value)
        except MatcherError as error:
            raise ValueError(f"expect {name!r}: {error}") from None
    return found


def _object(table: Mapping[str, Any], chapter: str, where: _Places) -> Object:
    known = {"name", "id", "kind", "parameters", "since", "until", "source"}
    if table.keys() - known:
        raise ValueError(f"unknown keys {sorted(table.keys() - known)}")
    parameters = table.get("parameters")
    return Object(
        name=table["name"],
        id=table["id"],
        kind=_one_of(table["kind"], KINDS, "kind"),
        parameters=None if parameters is None else tuple(Parameter(**p) for p in parameters),
        since=_version(table.get("since")) or FIRST_VERSION,
        until=_version(table.get("until")),
        source=_sources(table.get("source", [])),
        chapter=chapter,
        file=where.path.name,
        line=where.line_of(table["id"]),
    )


def _sources(value: Any) -> tuple[Source, ...]:
    if not isinstance(value, list):
        raise ValueError(f"expected a list of sources [{{ anchor, digest }}], got {value!r}")
    return tuple(map(_source, value))


def _source(value: Any) -> Source:
    return Source(**value)


def _version(text: str | None) -> Version | None:
    return None if text is None else Version.parse(text)


def _one_of(value: Any, choices: Sequence[str], what: str) -> str:
    if value not in choices:
        raise ValueError(f"expected a {what} out of {', '.join(choices)}, got {value!r}")
    return str(value)


def _is_under(id_: str, prefix: str) -> bool:
    return id_ == prefix or id_.startswith(prefix + ".")


def _digest(files: Sequence[Path]) -> str:
    total = hashlib.sha256()
    for path in files:
        content = path.read_bytes()
        total.update(f"{path.name} {len(content)}\n".encode() + content)
    return total.hexdigest()[:12]


def _refuse_repeated_ids(requirements: Sequence[Requirement]) -> None:
    seen: dict[str, Requirement] = {}
    for requirement in requirements:
        first = seen.setdefault(requirement.id, requirement)
        if first is not requirement:
            raise SpecError(
                f"{requirement.file}: {requirement.id} is there twice"
                f" (first in {first.file}, line {first.line}); ids are unique in the whole spec"
            )
