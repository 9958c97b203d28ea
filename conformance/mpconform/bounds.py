"""Bounds that many expectations share: how long a call may take that waits, or that must not.

They stand in `spec/bounds.toml`, each under a name and with its reason:

    [at-once]
    at_most = 10.0
    reason = "What must not wait is given a timeout of 60 s: ..."

An expectation uses one by name, `{ bound = "at-once" }`, wherever a matcher may stand.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mpconform.matchers import MatcherError, build

FILE = "bounds.toml"
WORD = "bound"


@dataclass(frozen=True)
class Bound:
    """One named bound: a matcher as it is written in TOML, and why it is just that."""

    name: str
    matcher: Mapping[str, Any]
    reason: str
    line: int


@dataclass(frozen=True)
class Bounds:
    """All named bounds."""

    by_name: Mapping[str, Bound]

    def resolve(self, value: Any) -> Any:
        """The TOML value of an expectation with the matcher in the place of each name."""
        if isinstance(value, list):
            return [self.resolve(item) for item in value]
        if not isinstance(value, dict):
            return value
        if WORD in value:
            if len(value) > 1:
                raise MatcherError(f"{{ {WORD} = NAME }} stands alone, got {sorted(value)}")
            return dict(self._find(value[WORD]).matcher)
        # What stands under `equals` is no matcher, and nothing in it is a name.
        return {k: v if k == "equals" else self.resolve(v) for k, v in value.items()}

    def _find(self, name: Any) -> Bound:
        found = self.by_name.get(name) if isinstance(name, str) else None
        if found is None:
            close = difflib.get_close_matches(str(name), sorted(self.by_name), n=3, cutoff=0.4)
            hint = f"did you mean {', '.join(close)}?" if close else f"{FILE} has all"
            raise MatcherError(f"no bound is called {name!r}; {hint}")
        return found


def load_bounds(spec_dir: Path) -> Bounds:
    """The bounds of a spec, none where it has no such file; ValueError says what is wrong."""
    path = spec_dir / FILE
    if not path.exists():
        return Bounds({})
    text = path.read_text(encoding="utf-8")
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{path}: not TOML: {error}") from None
    lines = {line.strip("[] "): n for n, line in enumerate(text.splitlines(), 1) if line[:1] == "["}
    return Bounds({name: _bound(path, name, table, lines) for name, table in data.items()})


def _bound(path: Path, name: str, table: Any, lines: Mapping[str, int]) -> Bound:
    line = lines.get(name, 1)
    where = f"{path}:{line}: {name}"
    if not isinstance(table, dict) or not isinstance(table.get("reason"), str):
        raise ValueError(f"{where}: expected one matcher and a reason, got {table!r}")
    matcher = {key: value for key, value in table.items() if key != "reason"}
    try:
        build(matcher)
    except MatcherError as error:
        raise ValueError(f"{where}: {error}") from None
    return Bound(name, matcher, table["reason"], line)
