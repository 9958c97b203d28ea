"""The warm template only saves time: fresh interpreters give the same verdicts."""

from __future__ import annotations

import os
from pathlib import Path

import kit
import pytest


def test_fresh_processes_give_the_same_verdicts_as_the_warm_template(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    flags: tuple[str, ...] = ("--impl", "multiprocessing", "--no-known")
    if os.environ.get("MPREF_TESTS") != "all":
        # Under fork, because a forked child inherits all that its parent has: if a template changed
        # a verdict, then there.
        flags = kit.OF_THE_STANDARD_LIBRARY
    warm = kit.shared_run(tmp_path_factory, *flags)
    fresh = kit.run(tmp_path, *flags, "--fresh")
    assert warm.verdicts and warm.by_verdict() == fresh.by_verdict()
