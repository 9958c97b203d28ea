"""The reference keeps every promise, on every interpreter that it supports and this machine has.

The interpreter that runs the tests is judged under every start method, each of the others under
one; with MPREF_TESTS=all, each under every one.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import kit
import pytest

METHODS = {
    "python3.9": ["fork"],
    "python3.10": ["spawn"],
    "python3.11": ["forkserver"],
    "python3.12": ["forkserver"],
    "python3.13": ["spawn"],
    "pypy3": ["fork"],
}


def test_the_reference_keeps_every_promise_here(tmp_path_factory: pytest.TempPathFactory) -> None:
    keeps_every_promise(kit.shared_run(tmp_path_factory, *kit.OF_THE_REFERENCE))


@pytest.mark.parametrize("python", METHODS)
def test_the_reference_keeps_every_promise(python: str, tmp_path: Path) -> None:
    path = kit.interpreter(python)
    if path is None:
        pytest.skip(f"no {python} on this machine")
    if os.path.realpath(path) == os.path.realpath(sys.executable):
        pytest.skip(f"{python} runs these tests, and another test judges it")
    methods = ["fork", "spawn", "forkserver"]
    if os.environ.get("MPREF_TESTS") != "all":
        methods = METHODS[python]
    flags = [word for method in methods for word in ("--start-method", method)]
    keeps_every_promise(kit.run(tmp_path, "--impl", f"mpref@{python}", "--no-known", *flags))


def keeps_every_promise(outcome: kit.Outcome) -> None:
    assert outcome.status == 0, outcome.text
    assert not outcome.ids("error")
    assert not outcome.ids("unsupported")
    assert all(run["ending"] == "clean" for run in outcome.runs)
