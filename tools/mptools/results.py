"""Reading result files: JSON Lines with a header, runs and verdicts, and a footer.

A file that was cut off is refused: half of a run looks like a better implementation.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mptools import ToolError

FORMAT = 1


@dataclass(frozen=True)
class Run:
    """One probe, run once for one start method (None where it starts nothing through one)."""

    probe: str
    start_method: str | None
    observations: Mapping[str, Any]
    ending: str


@dataclass(frozen=True)
class Verdict:
    """What was found about one requirement for one start method."""

    id: str
    start_method: str | None
    verdict: str


@dataclass(frozen=True)
class Results:
    """A whole result file."""

    path: Path
    header: Mapping[str, Any]
    runs: tuple[Run, ...]
    verdicts: tuple[Verdict, ...]

    @property
    def implementation(self) -> str:
        """The one string that names what was tested: "mpref@python3.11"."""
        return str(self.header["implementation"]["name"])

    @property
    def spec(self) -> str:
        return str(self.header["spec"])


def load_results(path: Path) -> Results:
    """Read a whole result file; ToolError where it is none, or was cut off."""
    try:
        records = list(_records(path))
    except FileNotFoundError:
        raise ToolError(f"{path}: there is no such result file") from None
    if not records or records[0].get("record") != "header":
        raise ToolError(f"{path}: expected a result file, whose first line is its header")
    last = records[-1]
    if last.get("record") != "footer" or last.get("complete") is not True:
        raise ToolError(
            f"{path}: the run was cut off (its footer is missing, or says so);"
            f" run it again to the end: {' '.join(records[0].get('command', ['mpconform run']))}"
        )
    header = records[0]
    if header.get("format", FORMAT) != FORMAT:
        raise ToolError(f"{path}: expected format {FORMAT}, got {header['format']!r}")
    try:
        runs = tuple(_run(r) for r in records if r["record"] == "run")
        verdicts = tuple(
            Verdict(r["id"], r["start_method"], r["verdict"])
            for r in records
            if r["record"] == "verdict"
        )
        return Results(path, header, runs, verdicts)
    except (KeyError, TypeError) as error:
        raise ToolError(f"{path}: a record lacks {error}; was it written by this kit?") from None


def _records(path: Path) -> Iterator[Mapping[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            try:
                record = json.loads(line)
            except ValueError:
                raise ToolError(
                    f"{path}:{number}: not JSON: the run was cut off here; run it again"
                ) from None
            if not isinstance(record, dict):
                raise ToolError(f"{path}:{number}: expected a record, got {line[:40]!r}")
            yield record


def _run(record: Mapping[str, Any]) -> Run:
    ending = record["ending"]
    kind = ending["kind"] if isinstance(ending, dict) else ending
    return Run(record["probe"], record["start_method"], record["observations"], str(kind))
