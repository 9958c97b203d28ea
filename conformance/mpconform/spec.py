"""The spec as values: documented behaviour as requirements, by chapter.

`mpconform.loader` reads them from the files of `spec/`, which `spec/README.md` describes.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

from mpconform.matchers import Matcher
from mpconform.versions import Version, within

TIERS = ("must", "may", "robust")
KINDS = ("module-function", "class", "method", "attribute", "exception")
START_METHODS = ("spawn", "fork", "forkserver")
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
    probe: str  # "queues.putting.on_full": a function of mpprobe/probes/queues/putting.py
    ranges: tuple[Range, ...]
    chapter: str
    file: str  # "queues/putting.toml", below the folder of the spec
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
    """One folder of the spec: a chapter of the documentation."""

    name: str
    title: str
    sections: tuple[str, ...]
    file: str  # "queues/chapter.toml"
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

        "queues.get" selects queues.get.timeout-raises-empty, but not queues.get-nowait.  A prefix
        that selects nothing is a SpecError with the prefixes that look like it.
        """
        wanted = list(prefixes)
        if not wanted:
            return list(self.requirements)
        for prefix in wanted:
            if not any(_is_under(r.id, prefix) for r in self.requirements):
                raise SpecError(f"no requirement is called {prefix!r}{self._near(prefix)}")
        return [r for r in self.requirements if any(_is_under(r.id, p) for p in wanted)]

    def _near(self, prefix: str) -> str:
        known = sorted({border for r in self.requirements for border in _borders(r.id)})
        inside = [border for border in known if border.endswith("." + prefix)]
        close = difflib.get_close_matches(prefix, known, n=3, cutoff=0.5)
        # The nearest first: what ends so in another chapter is often farther from it than a slip.
        alike = difflib.SequenceMatcher(b=prefix)

        def likeness(border: str) -> float:
            alike.set_seq1(border)
            return alike.ratio()

        found = sorted({*inside, *close}, key=likeness, reverse=True)[:3]
        return f"; did you mean {', '.join(found)}?" if found else "; `mpconform list` shows all"


def _is_under(id_: str, prefix: str) -> bool:
    return id_ == prefix or id_.startswith(prefix + ".")


def _borders(id_: str) -> Iterator[str]:
    """The prefixes of an id that end with a whole component, and the id itself."""
    parts = id_.split(".")
    return (".".join(parts[:count]) for count in range(1, len(parts) + 1))
