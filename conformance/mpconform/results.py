"""Results as JSON Lines: a header, runs and verdicts as they come, a footer.

A file without its footer was cut off, and readers refuse it. The header says
which spec and kit made the file; files of different specs are not compared.
"""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from mpconform.implementation import Implementation

FORMAT = 1


class Writer:
    """Writes one result file; the footer is written last, or not at all."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file: IO[str] = path.open("w", encoding="utf-8")

    def write(self, record: Mapping[str, Any]) -> None:
        self._file.write(json.dumps(record, ensure_ascii=False) + "\n")
        self._file.flush()

    def close(self) -> None:
        self._file.close()


def header(
    implementation: Implementation, docs: str, spec_digest: str, kit: str, selected: int
) -> dict[str, Any]:
    """The first line: who was tested, by which spec and kit, on which machine, by which command."""
    return {
        "record": "header",
        "format": FORMAT,
        "kit": kit,
        "spec": spec_digest,
        "docs": docs,
        "implementation": implementation.to_json(),
        "selected": selected,
        "machine": {
            "system": platform.platform(),
            "processors": os.cpu_count(),
            "host_python": platform.python_version(),
        },
        "command": [Path(sys.argv[0]).name, *sys.argv[1:]],
    }


def footer(totals: Mapping[str, int], *, complete: bool, why: Sequence[str]) -> dict[str, Any]:
    """The last line; `why` says what made the run incomplete or unsuccessful."""
    return {
        "record": "footer",
        "totals": dict(totals),
        "complete": complete,
        "why": list(why),
    }
