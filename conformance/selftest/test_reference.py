"""The reference keeps every promise, on every interpreter that it supports and this machine has.

The interpreter of the tests is asked by every start method, each of the others by one;
MPREF_TESTS=all asks all by all.
"""

from __future__ import annotations

import os
from pathlib import Path

import kit
import pytest

ASKED_BY = {
    "python3.9": ["fork"],
    "python3.10": ["spawn"],
    "python3.11": ["fork", "spawn", "forkserver"],
    "python3.12": ["forkserver"],
    "python3.13": ["spawn"],
    "pypy3": ["fork"],
}


@pytest.mark.parametrize("python", ASKED_BY)
def test_the_reference_keeps_every_promise(python: str, tmp_path: Path) -> None:
    if kit.interpreter(python) is None:
        pytest.skip(f"no {python} on this machine")
    methods = ASKED_BY["python3.11" if os.environ.get("MPREF_TESTS") == "all" else python]
    flags = [word for method in methods for word in ("--start-method", method)]
    outcome = kit.run(tmp_path, "--impl", f"mpref@{python}", "--no-known", *flags)
    assert outcome.status == 0, outcome.text
    assert not outcome.ids("fail", "error", "unsupported")
    assert all(run["ending"] == "clean" for run in outcome.runs)
