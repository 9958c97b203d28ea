"""Reads the spec's files: a folder for each chapter, a file for each topic.

`load` gives the whole of it, or a SpecError that names file, line and id.  It refuses what cannot
be understood; what is merely against the house rules (wording, unused probes, open sentences) is
for `mptools lint` and `mptools coverage`.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from mpconform.bounds import FILE as BOUNDS_FILE
from mpconform.bounds import Bounds, load_bounds
from mpconform.expansion import (
    OF_A_PROBE,
    Table,
    expand_ending,
    expand_object,
    expand_requirement,
    probe_name,
)
from mpconform.locations import Locations
from mpconform.matchers import Matcher, MatcherError, build
from mpconform.spec import (
    KINDS,
    START_METHODS,
    TIERS,
    Chapter,
    Informative,
    Object,
    Parameter,
    Range,
    Requirement,
    Source,
    Spec,
    SpecError,
)
from mpconform.versions import FIRST_VERSION, Version

CHAPTER_FILE = "chapter.toml"

_CHAPTER_KEYS = frozenset({"name", "title", "sections", "object", "informative"})
_TOPIC_KEYS = frozenset({"object", "probe"})
_OBJECT_KEYS = frozenset({"name", "id", "kind", "parameters", "since", "until", "source"})
_PROBE_KEYS = OF_A_PROBE | {"name", "ends_clean", "requirement"}
_RANGE_KEYS = frozenset({"since", "until", "text", "source", "expect"})
_REQUIREMENT_KEYS = OF_A_PROBE | _RANGE_KEYS | {"id", "object", "tier", "disputed", "ranges"}


def load(spec_dir: Path) -> Spec:
    """Read every chapter of the folder; SpecError where one cannot be understood."""
    stray = sorted(path.name for path in spec_dir.glob("*.toml") if path.name != BOUNDS_FILE)
    if stray:
        raise SpecError(
            f"{spec_dir / stray[0]}: a chapter is a folder with {CHAPTER_FILE} and its topics"
        )
    folders = sorted({path.parent for path in spec_dir.glob("*/*.toml")})
    if not folders:
        raise SpecError(f"{spec_dir}: expected chapters (*/{CHAPTER_FILE}), found none")
    try:
        bounds = load_bounds(spec_dir)
    except ValueError as error:
        raise SpecError(str(error)) from None
    chapters = tuple(_Reader(spec_dir, folder, bounds).chapter() for folder in folders)
    spec = Spec(chapters, _digest(spec_dir))
    _refuse_repeated_ids(spec.requirements)
    return spec


class _Reader:
    """Reads one chapter."""

    def __init__(self, spec_dir: Path, folder: Path, bounds: Bounds) -> None:
        self._spec_dir = spec_dir
        self._folder = folder
        self._bounds = bounds
        self._name = folder.name
        self._probes: dict[str, str] = {}  # full name -> where it stands

    def chapter(self) -> Chapter:
        path = self._folder / CHAPTER_FILE
        if not path.exists():
            raise SpecError(f"{self._folder}: expected {CHAPTER_FILE} beside its topics")
        data, where = _read(path, _CHAPTER_KEYS)
        try:
            name, title, sections = data["name"], data["title"], tuple(data["sections"])
        except (KeyError, TypeError):
            raise SpecError(f"{path}:1: expected name, title and sections") from None
        if name != self._name:
            raise SpecError(f"{path}:1: the chapter is named {name!r}, its folder {self._name!r}")
        objects: list[Object] = []
        requirements: list[Requirement] = []
        self._read_objects(data, where, objects, requirements)
        informative = tuple(_informative(data.get("informative", []), where))
        for topic in sorted(self._folder.glob("*.toml")):
            if topic != path:
                entries, at = _read(topic, _TOPIC_KEYS)
                self._read_objects(entries, at, objects, requirements)
                requirements += self._topic(entries, at, topic.stem)
        return Chapter(
            name, title, sections, where.file, tuple(requirements), tuple(objects), informative
        )

    def _read_objects(
        self,
        data: Table,
        where: Locations,
        objects: list[Object],
        requirements: list[Requirement],
    ) -> None:
        for table in data.get("object", []):
            with where.naming(table):
                objects.append(self._object(table, where))
                requirements.append(self._requirement(expand_object(table), where))

    def _topic(self, data: Table, where: Locations, topic: str) -> Iterator[Requirement]:
        for probe in data.get("probe", []):
            with where.naming(probe, by="name"):
                self._check_probe(probe, topic, where)
            users = []
            for table in probe.get("requirement", []):
                with where.naming(table):
                    _refuse_unknown(table, _REQUIREMENT_KEYS)
                    users.append(expand_requirement(table, probe, self._name))
                    yield self._requirement(users[-1], where)
            if "ends_clean" in probe:
                with where.naming(probe, by="ends_clean"):
                    ending = expand_ending(probe, self._name, users)
                    yield self._requirement(ending, where, is_ending=True)

    def _check_probe(self, probe: Table, topic: str, where: Locations) -> None:
        _refuse_unknown(probe, _PROBE_KEYS)
        name = probe["name"]
        if not isinstance(name, str) or not 1 <= name.count(".") <= 2:
            raise ValueError(f'expected a name like "{topic}.function", got {name!r}')
        full = probe_name(name, self._name)
        home, stem, _ = full.split(".")
        if name.count(".") == 2 and home == self._name:
            raise ValueError(f"it is this chapter's own: write {name.partition('.')[2]!r}")
        if home == self._name and stem != topic:
            raise ValueError(f"its topic is {stem!r}, and the file's {topic!r}")
        if home != self._name and "ends_clean" in probe:
            raise ValueError(f"its ending stands where the probe is at home, in {home}/{stem}.toml")
        if full in self._probes:
            raise ValueError(f"{self._probes[full]} has this probe already: join the two")
        self._probes[full] = where.file

    def _object(self, table: Table, where: Locations) -> Object:
        _refuse_unknown(table, _OBJECT_KEYS)
        parameters = table.get("parameters")
        return Object(
            name=table["name"],
            id=table["id"],
            kind=_one_of(table["kind"], KINDS, "kind"),
            parameters=None if parameters is None else tuple(Parameter(**p) for p in parameters),
            since=_version(table.get("since")) or FIRST_VERSION,
            until=_version(table.get("until")),
            source=_sources(table.get("source", [])),
            chapter=self._name,
            file=where.file,
            line=where.line_of(table["id"]),
        )

    def _requirement(self, table: Table, where: Locations, is_ending: bool = False) -> Requirement:
        """The requirement of a table in which nothing is short any more."""
        start_methods = tuple(table.get("start_methods", START_METHODS))
        for method in start_methods:
            _one_of(method, START_METHODS, "start method")
        source = _sources(table.get("source", []))
        ranges = tuple(self._ranges(table, source))
        return Requirement(
            id=table["id"],
            text=table["text"],
            object=table.get("object"),
            source=source,
            tier=_one_of(table["tier"], TIERS, "tier"),
            since=_version(table.get("since")) or ranges[0].since,
            until=_version(table.get("until")) or ranges[-1].until,
            start_methods=start_methods,
            platforms=tuple(table.get("platforms", ())),
            needs=tuple(table.get("needs", ())),
            disputed=table.get("disputed"),
            probe=table["probe"],
            ranges=ranges,
            chapter=self._name,
            file=where.file,
            line=where.line_of(table["id"]),
            is_ending=is_ending,
        )

    def _ranges(self, table: Table, source: tuple[Source, ...]) -> Iterator[Range]:
        if ("expect" in table) == ("ranges" in table):
            raise ValueError("expected either expect or ranges")
        for part in table.get("ranges") or [table]:
            if "ranges" in table and part.keys() - _RANGE_KEYS:
                keys = sorted(part)
                raise ValueError(f"a range has since, until, text, source, expect; got {keys}")
            yield Range(
                since=_version(part.get("since")) or FIRST_VERSION,
                until=_version(part.get("until")),
                text=part.get("text", table["text"]),
                source=_sources(part["source"]) if "source" in part else source,
                expect=MappingProxyType(self._expect(part["expect"])),
            )

    def _expect(self, table: Table) -> dict[str, Matcher]:
        found = {}
        for name, value in table.items():
            try:
                found[name] = build(self._bounds.resolve(value))
            except MatcherError as error:
                raise ValueError(f"expect {name!r}: {error}") from None
        return found


_DIGEST = re.compile("[0-9a-f]{8}")


def parse_source(text: Any) -> Source:
    """Read "ANCHOR DIGEST", or "ANCHOR DIGEST 3.14" for a later documentation; else ValueError."""
    words = text.split() if isinstance(text, str) else []
    if len(words) not in (2, 3) or not _DIGEST.fullmatch(words[1]):
        raise ValueError(
            f'expected a source "ANCHOR DIGEST" (8 hex digits), or "ANCHOR DIGEST 3.14" for a later'
            f" documentation, got {text!r}"
        )
    return Source(*words[:2], *(str(Version.parse(word)) for word in words[2:]))


def _sources(value: Any) -> tuple[Source, ...]:
    if not isinstance(value, list):
        raise ValueError(f'expected a list of sources ["ANCHOR DIGEST"], got {value!r}')
    return tuple(map(parse_source, value))


def _informative(tables: Sequence[Table], where: Locations) -> Iterator[Informative]:
    for number, table in enumerate(tables):
        with where.naming(table):
            line = where.line_of_nth("[[informative]]", number)
            sources = _sources(table["source"])
            _refuse_unknown(table, frozenset({"source", "reason"}))
            yield from (Informative(source, table["reason"], line) for source in sources)


def _version(text: str | None) -> Version | None:
    return None if text is None else Version.parse(text)


def _one_of(value: Any, choices: Sequence[str], what: str) -> str:
    if value not in choices:
        raise ValueError(f"expected a {what} out of {', '.join(choices)}, got {value!r}")
    return str(value)


def _read(path: Path, known: frozenset[str]) -> tuple[Mapping[str, Any], Locations]:
    text = path.read_text(encoding="utf-8")
    try:
        data = tomllib.loads(text)
        _refuse_unknown(data, known)
    except tomllib.TOMLDecodeError as error:
        raise SpecError(f"{path}: not TOML: {error}") from None
    except ValueError as error:
        raise SpecError(f"{path}:1: {error}") from None
    return data, Locations(path, text)


def _refuse_unknown(table: Table, known: frozenset[str]) -> None:
    if unknown := sorted(table.keys() - known):
        raise ValueError(f"unknown keys {unknown}; expected some of {', '.join(sorted(known))}")


def _digest(spec_dir: Path) -> str:
    total = hashlib.sha256()
    for path in sorted(spec_dir.glob("**/*.toml")):
        content = path.read_bytes()
        name = path.relative_to(spec_dir).as_posix()
        total.update(f"{name} {len(content)}\n".encode() + content)
    return total.hexdigest()[:12]


def _refuse_repeated_ids(requirements: Sequence[Requirement]) -> None:
    seen: dict[str, Requirement] = {}
    for requirement in requirements:
        first = seen.setdefault(requirement.id, requirement)
        if first is not requirement:
            raise SpecError(
                f"{requirement.file}:{requirement.line}: {requirement.id} is there twice"
                f" (first at {first.file}:{first.line}); ids are unique in the whole spec"
            )
