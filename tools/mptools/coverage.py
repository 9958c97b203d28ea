"""`mptools coverage`: documentation sentences -> requirements -> probes -> verdicts.

Each sentence of a section that belongs to a chapter of the spec is claimed by a requirement,
excused as informative, or open.  An open sentence is an error, and so is a source that matches no
sentence.  A chapter may excuse at most a fifth of its prose: an excuse is easier to write than a
requirement.
"""

from __future__ import annotations

import argparse
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mpconform.loader import load
from mpconform.spec import Chapter, Source, Spec, SpecError

from mptools.results import Results, load_results
from mptools.sentences import Row, differences, find_docs, load_rows, texts

# Chosen, not measured: it is enough to leave out advice and cross references. A chapter that needs
# more changes it here, with the reason.
EXCUSED_SHARE = 0.2

Key = tuple[str, str, str]


@dataclass(frozen=True)
class ChapterCoverage:
    """How far one chapter covers the sentences of its sections."""

    chapter: Chapter
    rows: tuple[Row, ...]
    claimed: tuple[Row, ...]
    excused: tuple[Row, ...]
    open: tuple[Row, ...]
    stale: tuple[Source, ...]
    both: tuple[Source, ...]  # claimed and excused by this chapter at the same time

    @property
    def excused_prose(self) -> tuple[int, int]:
        """Excused prose sentences, and all prose sentences."""
        prose = [row for row in self.rows if row.kind == "sentence"]
        return sum(row in self.excused for row in prose), len(prose)

    @property
    def problems(self) -> list[str]:
        """What makes the command fail, without the lists of the sentences."""
        found = []
        if self.open:
            found.append(f"{len(self.open)} open: claim or excuse each of them")
        if self.stale:
            found.append(f"{len(self.stale)} stale: the source matches no pinned sentence")
        if self.both:
            found.append(f"{len(self.both)} both claimed and excused: drop the excuse")
        excused, prose = self.excused_prose
        if excused > EXCUSED_SHARE * prose:
            found.append(f"{excused} of {prose} prose sentences excused: a fifth is the most")
        return found


@dataclass(frozen=True)
class Coverage:
    """The coverage of all chapters, and what no chapter has begun."""

    chapters: tuple[ChapterCoverage, ...]
    not_begun: Mapping[str, int] = field(default_factory=dict)  # section -> sentences


def measure(spec: Spec, rows: Sequence[Row]) -> Coverage:
    """Compare the spec's sources with the pinned sentences."""
    known = {row.key for row in rows}
    claims = {_key(s) for r in spec.requirements for s in r.all_sources}
    excuses = {_key(note.source) for chapter in spec.chapters for note in chapter.informative}
    by_section: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_section[row.section].append(row)
    chapters = []
    begun: dict[str, str] = {}
    for chapter in spec.chapters:
        for section in chapter.sections:
            _check_section(section, chapter, begun, by_section)
        own = tuple(row for section in chapter.sections for row in by_section[section])
        chapters.append(_measure_chapter(chapter, own, known, claims, excuses))
    not_begun = {s: len(found) for s, found in by_section.items() if s not in begun}
    return Coverage(tuple(chapters), not_begun)


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "coverage",
        help="which sentences of the documentation the spec covers",
        description="Exits with 1 where a sentence of a begun chapter is open, a source is"
        " stale, or too much is excused.",
    )
    parser.add_argument("--chapter", help="look at this chapter only")
    parser.add_argument("--results", type=Path, metavar="FILE", help="count its verdicts, too")
    parser.add_argument("--docs", type=Path, help="folder of the documentation's sources")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    spec = load(options.spec)
    coverage = measure(spec, load_rows(options.spec))
    docs = find_docs(options.docs)
    shown = [c for c in coverage.chapters if options.chapter in (None, c.chapter.name)]
    if not shown:
        names = ", ".join(c.chapter.name for c in coverage.chapters)
        raise SpecError(f"no chapter is called {options.chapter!r}; there are {names}")
    results = load_results(options.results) if options.results else None
    text_of = texts(docs)
    for line in _report(shown, spec, results):
        print(line)
    failed = False
    for chapter in shown:
        for line in _problem_lines(chapter, text_of):
            failed = True
            print(line)
    if options.chapter is None and coverage.not_begun:
        count = sum(coverage.not_begun.values())
        print(f"\nnot begun: {count} sentences in {len(coverage.not_begun)} sections")
        for section, number in coverage.not_begun.items():
            print(f"  {number:4}  {section}")
    changes = differences(options.spec, docs) if docs else []
    for change in changes:
        print(f"\nthe pinned sentences differ from the documentation at {docs}: {change}")
    return 1 if failed or changes else 0


def _check_section(
    section: str, chapter: Chapter, begun: dict[str, str], known: Mapping[str, object]
) -> None:
    if section not in known:
        raise SpecError(f"{chapter.file}: the documentation has no section {section!r}")
    first = begun.setdefault(section, chapter.name)
    if first != chapter.name:
        raise SpecError(f"{chapter.file}: the section {section!r} belongs to {first} already")


def _measure_chapter(
    chapter: Chapter,
    rows: tuple[Row, ...],
    known: set[Key],
    claims: set[Key],
    excuses: set[Key],
) -> ChapterCoverage:
    rest = [row for row in rows if row.key not in claims]
    own_claims = {_key(s) for r in chapter.requirements for s in r.all_sources}
    return ChapterCoverage(
        chapter=chapter,
        rows=rows,
        claimed=tuple(row for row in rows if row.key in claims),
        excused=tuple(row for row in rest if row.key in excuses),
        open=tuple(row for row in rest if row.key not in excuses),
        stale=tuple(source for source in chapter.sources if _key(source) not in known),
        both=tuple(n.source for n in chapter.informative if _key(n.source) in own_claims),
    )


def _report(
    chapters: Sequence[ChapterCoverage], spec: Spec, results: Results | None
) -> Iterator[str]:
    verdicts = _verdicts(spec, results)
    kinds = ("pass", "fail", "unsupported", "error", "unjudged") if results else ()
    heads = ("sentences", "claimed", "excused", "open", "stale", "requirements", "probes", *kinds)
    width = max([len("chapter"), *(len(c.chapter.name) for c in chapters)])
    if results:
        yield f"verdicts of {results.implementation}"
    yield f"{'chapter':{width}}  " + "  ".join(heads)
    total: Counter[str] = Counter()
    for c in chapters:
        numbers = Counter(
            sentences=len(c.rows),
            claimed=len(c.claimed),
            excused=len(c.excused),
            open=len(c.open),
            stale=len(c.stale),
            requirements=len(c.chapter.requirements),
            probes=len({r.probe for r in c.chapter.requirements}),
        )
        numbers.update(verdicts[c.chapter.name])
        total.update(numbers)
        yield _table_line(c.chapter.name, width, heads, numbers)
    if len(chapters) > 1:
        yield _table_line("all", width, heads, total)


def _table_line(name: str, width: int, heads: Sequence[str], numbers: Counter[str]) -> str:
    return f"{name:{width}}  " + "  ".join(f"{numbers[head]:{len(head)}}" for head in heads)


def _verdicts(spec: Spec, results: Results | None) -> Mapping[str, Counter[str]]:
    found: dict[str, Counter[str]] = defaultdict(Counter)
    if results is None:
        return found
    judged = set()
    for verdict in results.verdicts:
        requirement = spec.by_id.get(verdict.id)
        if requirement is None:
            raise SpecError(f"{results.path}: {verdict.id} is not in this spec ({spec.digest})")
        judged.add(verdict.id)
        found[requirement.chapter][verdict.verdict] += 1
    for requirement in spec.requirements:
        found[requirement.chapter]["unjudged"] += requirement.id not in judged
    return found


def _problem_lines(coverage: ChapterCoverage, text_of: Mapping[str, str]) -> Iterator[str]:
    for problem in coverage.problems:
        yield f"\n{coverage.chapter.file}: {problem}"
        if "open" in problem:
            for row in coverage.open:
                yield _sentence_line(row.anchor, row.digest, row.docs, row.kind, text_of)
        elif "stale" in problem:
            yield from (f"  {source}" for source in coverage.stale)
        elif "both" in problem:
            yield from (f"  {source}" for source in coverage.both)


def _sentence_line(
    anchor: str, digest: str, docs: str, kind: str, text_of: Mapping[str, str]
) -> str:
    text = " ".join(text_of.get(digest, "").split())
    short = text if len(text) <= 160 else f"{text[:157]}..."
    return f"  {anchor} {digest} {docs} {kind}" + (f"\n      {short}" if short else "")


def _key(source: Source) -> Key:
    return (source.docs, source.anchor, source.digest)
