"""What people see: the introduction, the failure block, the totals."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mpconform.implementation import Implementation
from mpconform.judge import FAIL, VERDICTS, Verdict
from mpconform.versions import Version

COLUMNS = ("must", "robust", "may", "disputed")


def introduction(implementation: Implementation, version: Version, spec_digest: str) -> list[str]:
    """Who is tested, and by what."""
    methods = ", ".join(implementation.start_methods) or "none"
    return [
        (
            f"implementation  {implementation.name}, version {implementation.version}, "
            f"on {implementation.interpreter} {implementation.python}"
        ),
        f"judged by       the documentation of {version}, spec {spec_digest}",
        f"start methods   {methods}",
    ]


def failure(verdict: Verdict, implementation: Implementation, version: Version, asked: str) -> str:
    """The failure block: promised, expected, observed, the ending, and how to see it again.

    `asked` is the implementation as the user named it.
    """
    requirement = verdict.requirement
    expected = requirement.range_at(version)
    text = expected.text if expected else requirement.text
    anchor = next((source.anchor for source in requirement.all_sources), "")
    method = verdict.start_method
    lines = [
        (
            f"{verdict.verdict.upper()} {requirement.id} [{method or '-'}]    "
            f"{implementation.name}, judged by the documentation of {version}"
        ),
        _row("promised", f"{text}    {anchor}".rstrip()),
    ]
    for difference in verdict.differences:
        lines.append(_row("expected", f"{difference.observation}: {difference.expected}"))
        lines.append(_row("observed", f"{difference.observation}: {difference.observed}"))
    if verdict.note:
        lines.append(_row("note", verdict.note))
    run = verdict.run
    if run:
        lines.append(_row("ending", str(run.ending)))
        if run.stopped:
            lines.append(_row("stopped by", run.stopped.strip()))
        if run.output.strip() and verdict.verdict == FAIL:
            lines.append(_row("stderr", run.output.strip()))
    chosen = f" --start-method {method}" if method else ""
    lines.append(_row("again", f"mpconform run {requirement.id} --impl {asked}{chosen}"))
    lines.append(_row("script", f"mpconform show {requirement.id} --script --impl {asked}{chosen}"))
    return "\n".join(lines)


def totals(records: Iterable[Mapping[str, Any]]) -> Counter[tuple[str, str]]:
    """(column, verdict) -> how many, from verdict records; known failures count as `known`."""
    counted: Counter[tuple[str, str]] = Counter()
    for record in records:
        kind = "known" if record.get("known") else record["verdict"]
        counted[record["scored"], kind] += 1
    return counted


def by_chapter(records: Iterable[Mapping[str, Any]]) -> dict[str, Counter[str]]:
    """Chapter -> verdict -> how many; known failures count as `known fail`."""
    chapters: dict[str, Counter[str]] = {}
    for record in records:
        kind = "known fail" if record["known"] else record["verdict"]
        chapters.setdefault(record["chapter"], Counter())[kind] += 1
    return chapters


def summary(
    counted: Counter[tuple[str, str]],
    selected: int,
    not_applicable: int,
    version: Version,
    chapters: Mapping[str, Counter[str]],
) -> list[str]:
    """The table of all verdicts; its last column adds up to what was selected."""
    kinds = (VERDICTS[0], VERDICTS[1], "known", *VERDICTS[2:])
    head = ["", "pass", "fail", "known fail", "unsupported", "error", "total"]
    rows = [head]
    for column in COLUMNS:
        row = [counted[column, kind] for kind in kinds]
        if any(row):
            rows.append([column, *map(str, row), str(sum(row))])
    all_of = [sum(counted[column, kind] for column in COLUMNS) for kind in kinds]
    rows.append(["all", *map(str, all_of), str(sum(all_of))])
    lines = _table(rows)
    lines.append("")
    width = max(map(len, chapters), default=0)
    for name, verdicts in sorted(chapters.items()):
        said = ", ".join(f"{count} {kind}" for kind, count in sorted(verdicts.items()))
        lines.append(f"  {name:<{width}}  {said}")
    lines.append(f"  {selected} selected; {not_applicable} do not apply to {version} here")
    return lines


def _table(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return [
        "  "
        + row[0].ljust(widths[0])
        + "".join("  " + cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))
        for row in rows
    ]


def _row(label: str, text: str) -> str:
    first, *rest = text.splitlines() or [""]
    body = "\n".join([first, *(textwrap.indent(line, " " * 13) for line in rest)])
    return f"  {label:<10} {body}"
