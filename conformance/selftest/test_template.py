"""The warm template only saves time: a fresh interpreter for each probe judges the same."""

from __future__ import annotations

from pathlib import Path

import kit


def test_fresh_processes_give_the_same_verdicts_as_the_warm_template(tmp_path: Path) -> None:
    flags = ["--impl", "multiprocessing", "--no-known"]
    (tmp_path / "warm").mkdir()
    (tmp_path / "fresh").mkdir()
    warm = kit.run(tmp_path / "warm", *flags)
    fresh = kit.run(tmp_path / "fresh", *flags, "--fresh")
    assert warm.verdicts and warm.by_verdict() == fresh.by_verdict()
