"""mpref of the interpreter that runs the tests, with the standard libraries of all others."""

from pathlib import Path

import pytest
from programs import ASKED_ALL, HERE, find_interpreter, label, run
from test_scenarios import judge

pytestmark = pytest.mark.usefixtures("leaves_nothing")

PEERS = ["3.6", "3.7", "3.8", "3.9", "3.10", "3.11", "3.12", "3.13", "3.14", "pypy3"]


@pytest.mark.parametrize("peer", PEERS)
@pytest.mark.parametrize("interpreter", sorted(ASKED_ALL), ids=label)
def test_interoperation(interpreter: str, peer: str, tmp_path: Path) -> None:
    path = find_interpreter(peer)
    if path is None:
        pytest.skip(f"no interpreter for {peer}: expected it under pyenv or on the PATH")
    script = str(HERE / "chapter_interoperation.py")
    # No start method is in play; the first argument has to be one.
    judge(run(interpreter, script, "fork", str(tmp_path), cwd=tmp_path, env={"PEER": path}))
