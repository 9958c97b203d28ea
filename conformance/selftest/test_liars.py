"""Each liar is caught by exactly the requirements that it names, and every chapter has liars.

One in three is asked by default, and all about the kit itself: each takes some ten seconds.
`tox run -e liars` asks all.
"""

from __future__ import annotations

import ast
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import kit
import pytest

LIARS = kit.SELFTEST / "liars"


@dataclass(frozen=True)
class Liar:
    """What a liar says of itself; read from its source, since importing it would patch."""

    name: str
    lie: str
    caught_by: frozenset[str]
    start_methods: tuple[str, ...]
    flags: tuple[str, ...]

    @classmethod
    def read(cls, path: Path) -> Liar:
        tree = ast.parse(path.read_text())
        said: dict[str, Any] = {
            node.targets[0].id: ast.literal_eval(node.value)
            for node in tree.body
            if isinstance(node, ast.Assign)
            and isinstance(node.targets[0], ast.Name)
            and node.targets[0].id in ("CAUGHT_BY", "START_METHODS", "FLAGS")
        }
        return cls(
            path.stem,
            ast.get_docstring(tree) or "",
            frozenset(said["CAUGHT_BY"]),
            tuple(said.get("START_METHODS", ("fork",))),
            tuple(said.get("FLAGS", ())),
        )


ALL = [
    Liar.read(path)
    for path in sorted(LIARS.glob("*.py"))
    if path.stem not in ("__init__", "truth", "deed")
]

ASKED = {
    liar.name
    for number, liar in enumerate(ALL)
    if number % 3 == 0 or liar.name.startswith("kit_") or os.environ.get("MPREF_LIARS") == "all"
}


@pytest.mark.parametrize("liar", ALL, ids=lambda liar: liar.name)
def test_a_liar_is_caught_by_exactly_the_ids_it_names(liar: Liar, tmp_path: Path) -> None:
    if liar.name not in ASKED:
        pytest.skip("two liars in three are asked by `tox run -e liars` only")
    methods = [word for name in liar.start_methods for word in ("--start-method", name)]
    outcome = kit.run(
        tmp_path,
        *["--impl", f"liars.{liar.name}", "--impl-path", str(kit.SELFTEST)],
        *["--impl-path", str(kit.REFERENCE), "--jobs", "1", "--no-known", *methods],
        # A liar that hangs is waited for in every probe that it reaches.
        *["--deadline", "15", *liar.flags],
    )
    assert outcome.footer.get("complete"), outcome.text
    assert outcome.status == 1, outcome.text
    assert outcome.ids("fail", "error", "unsupported") == liar.caught_by, outcome.text


def test_every_liar_names_its_lie_and_its_catchers() -> None:
    for liar in ALL:
        assert liar.lie and liar.caught_by, liar


def test_there_are_at_least_forty_liars() -> None:
    assert len(ALL) >= 40
