"""The reference keeps every promise, on every interpreter that it supports and this machine has."""

from __future__ import annotations

from pathlib import Path

import kit
import pytest

PYTHONS = ["python3.9", "python3.10", "python3.11", "python3.12", "python3.13", "pypy3"]


@pytest.mark.parametrize("python", PYTHONS)
def test_the_reference_keeps_every_promise(python: str, tmp_path: Path) -> None:
    if kit.interpreter(python) is None:
        pytest.skip(f"no {python} on this machine")
    outcome = kit.run(tmp_path, "--impl", f"mpref@{python}", "--no-known")
    assert outcome.status == 0, outcome.text
    assert not outcome.ids("fail", "error", "unsupported")
    assert all(run["ending"] == "clean" for run in outcome.runs)
