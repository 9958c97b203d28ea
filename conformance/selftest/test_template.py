"""The warm template only saves time: a fresh interpreter for each probe judges the same."""

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
        # A child of fork has all that its parent has: there a template would show, if anywhere.
        flags = kit.OF_THE_STANDARD_LIBRARY
    warm = kit.shared_run(tmp_path_factory, *flags)
    fresh = kit.run(tmp_path, *flags, "--fresh")
    assert warm.verdicts and warm.by_verdict() == fresh.by_verdict()
