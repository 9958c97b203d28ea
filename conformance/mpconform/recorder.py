"""Keeps the verdicts of a run as they come in, and writes the results file.

Only one process of a run records: the controller of pytest-xdist, or the only
process. Records are plain dicts, as they arrive from the workers and as they
stand in the file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.metadata import version as distribution_version
from pathlib import Path
from typing import Any

from mpconform import report, results
from mpconform.judge import Difference, Verdict
from mpconform.plan import Case
from mpconform.run_setup import RunSetup

Record = Mapping[str, Any]


class Recorder:
    """Collects the records of one run; `path` is the results file, None for none."""

    def __init__(self, setup: RunSetup, path: Path | None) -> None:
        self._setup = setup
        self._records: dict[tuple[str, str | None], Record] = {}
        self._writer = results.Writer(path) if path else None
        self._write(
            results.header(
                setup.implementation,
                str(setup.version),
                setup.spec.digest,
                distribution_version("mpref"),
                len(setup.plan.cases),
            )
        )

    def add(self, verdict: Record, run: Record | None) -> None:
        """Keep a verdict; `run` comes with the first verdict that was judged by it."""
        if run:
            self._write(run)
        self._records[verdict["id"], verdict["start_method"]] = verdict
        self._write(verdict)

    @property
    def records(self) -> Sequence[Record]:
        """The verdicts as records, in the order in which they came in."""
        return list(self._records.values())

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """The verdicts as values."""
        by_id = self._setup.spec.by_id
        return tuple(
            Verdict(
                by_id[record["id"]],
                record["start_method"],
                record["verdict"],
                record["note"],
                tuple(Difference(**item) for item in record["differences"]),
            )
            for record in self._records.values()
        )

    @property
    def missing(self) -> tuple[Case, ...]:
        """The planned cases without a verdict."""
        return tuple(
            case
            for case in self._setup.plan.cases
            if (case.requirement.id, case.start_method) not in self._records
        )

    def close(self, reasons: Sequence[str]) -> None:
        """Write the footer; `reasons` say why the run is not to be believed."""
        counted = report.totals(self._records.values())
        flat = {f"{column}.{kind}": count for (column, kind), count in sorted(counted.items())}
        self._write(results.footer(flat, complete=not self.missing, why=reasons))
        if self._writer:
            self._writer.close()
            self._writer = None

    def _write(self, record: Record) -> None:
        if self._writer:
            self._writer.write(record)
