"""Where an entry of the spec stands in its file: tomllib does not say."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mpconform.spec import SpecError

_NAMED = re.compile(r"""\s*(id|name|ends_clean)\s*=\s*["']([^"']*)["']""")


class Locations:
    """The lines of one file's entries: errors inside `naming` come out as SpecErrors with them."""

    def __init__(self, path: Path, text: str) -> None:
        self.path = path
        self.file = f"{path.parent.name}/{path.name}"
        self._table: Any = {}
        self._by = "id"
        self._lines: dict[str, int] = {}
        self._headers: dict[str, list[int]] = {}
        for number, line in enumerate(text.splitlines(), 1):
            if found := _NAMED.match(line):
                self._lines.setdefault(found[2], number)
            elif line.lstrip().startswith("[["):
                self._headers.setdefault(line.strip(), []).append(number)

    def line_of(self, name: str) -> int:
        """The line of an id, of a probe's name, or of the id of its ending."""
        return self._lines.get(name, 1)

    def line_of_nth(self, header: str, number: int) -> int:
        found = self._headers.get(header, [])
        return found[number] if number < len(found) else 1

    def naming(self, table: Mapping[str, Any], by: str = "id") -> Locations:
        """A context whose errors name this table, by the value of its key `by`."""
        self._table, self._by = table, by
        return self

    def __enter__(self) -> None:
        if not isinstance(self._table, dict):
            raise SpecError(f"{self.path}:1: expected a table, got {self._table!r}")

    def __exit__(self, kind: object, error: object, traceback: object) -> None:
        if not isinstance(error, KeyError | TypeError | ValueError | AttributeError):
            return
        name = str(self._table.get(self._by, f"(no {self._by})"))
        what = f"lacks {error}" if isinstance(error, KeyError) else str(error)
        raise SpecError(f"{self.path}:{self.line_of(name)}: {name}: {what}") from error
