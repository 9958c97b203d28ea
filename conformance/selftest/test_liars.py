"""Each liar is caught by exactly the requirements that it names, and every chapter has liars.

By default every other liar, and each that is about the kit itself, has to answer the probes that
its catchers read, which takes a second or two. `tox run -e liars` asks all of them everything, so
that nothing else catches them either.
"""

from __future__ import annotations

import ast
import functools
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import kit
import pytest
from mpconform import places
from mpconform.spec import Spec, load

LIARS = kit.SELFTEST / "liars"
ASK_EVERYTHING = os.environ.get("MPREF_LIARS") == "all"


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
    if ASK_EVERYTHING or number % 2 == 0 or liar.name.startswith("kit_")
}


@pytest.mark.parametrize("liar", ALL, ids=lambda liar: liar.name)
def test_a_liar_is_caught_by_exactly_the_ids_it_names(liar: Liar, tmp_path: Path) -> None:
    if liar.name not in ASKED:
        pytest.skip("every other liar is asked by `tox run -e liars` alone")
    methods = [word for name in liar.start_methods for word in ("--start-method", name)]
    outcome = kit.run(
        tmp_path,
        *([] if ASK_EVERYTHING else _ids_beside(liar.caught_by)),
        *["--impl", f"liars.{liar.name}", "--impl-path", str(kit.SELFTEST)],
        *["--impl-path", str(kit.REFERENCE), "--jobs", "1", "--no-known", *methods],
        # A liar that hangs is waited for in every probe that it reaches. The deadline is no
        # multiple of the patience: who waits in vain three times is not stopped while ending.
        *["--patience", "5", "--deadline", "18", *liar.flags],
    )
    assert outcome.footer.get("complete"), outcome.text
    assert outcome.status == 1, outcome.text
    assert outcome.ids("fail", "error", "unsupported") == liar.caught_by, outcome.text


@functools.cache
def _spec() -> Spec:
    return load(places.SPEC)


def _ids_beside(caught_by: frozenset[str]) -> list[str]:
    """The ids of all requirements that read a probe which one of `caught_by` reads."""
    spec = _spec()
    probes = {spec.by_id[name].probe for name in caught_by}
    return [requirement.id for requirement in spec.requirements if requirement.probe in probes]


def test_every_liar_names_its_lie_and_its_catchers() -> None:
    for liar in ALL:
        assert liar.lie and liar.caught_by, liar


def test_there_are_at_least_forty_liars() -> None:
    assert len(ALL) >= 40
