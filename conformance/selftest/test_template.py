"""The warm template only saves time: fresh interpreters give the same verdicts."""

from __future__ import annotations

import os
from pathlib import Path

import kit
import pytest
from mpconform import places
from mpconform.loader import load


def test_fresh_processes_give_the_same_verdicts_as_the_warm_template(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    flags: tuple[str, ...] = ("--impl", "multiprocessing", "--no-known")
    asked: list[str] = []
    if os.environ.get("MPREF_TESTS") != "all":
        # Under fork, because a forked child inherits all that its parent has: if a template changed
        # a verdict, then there. Without pools: those of the standard library hang when a worker is
        # killed, and waiting for each takes minutes.
        flags = kit.OF_THE_STANDARD_LIBRARY
        words = {each.id.partition(".")[0] for each in load(places.SPEC).requirements}
        asked = sorted(words - {"pool"})
    warm = kit.shared_run(tmp_path_factory, *flags).by_verdict()
    fresh = kit.run(tmp_path, *asked, *flags, "--fresh").by_verdict()
    assert {id_.partition(".")[0] for id_, _ in fresh} >= {*asked}
    assert fresh == {key: warm[key] for key in fresh}
